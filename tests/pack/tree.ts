/** A small tree on a disk, a policy for it, and the command. */
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { TestContext } from "node:test";
import pc from "picocolors";
import { run } from "../../src/cli/program.ts";

export const POLICY = `version: 1
rules:
  - paths: "**"
    owner: root:root:u=rwX,go=rX
  - paths: etc/shadow
    owner: ":shadow:0640"
  - paths: bin/su
    owner: "::4755"
  - paths: bin/ping
    capability: cap_net_raw=ep
  - paths: srv/**
    owner: www:70000
constraints:
  setuid: [root]
  notWritable: [{paths: etc/**, by: www}]
`;

export const LONG_NAME = `${"x".repeat(120)}/${"y".repeat(150)}`;

/** A folder that is gone after the test. */
export function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "userns-pack-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** @returns the tree; the policy lies beside it */
export function makeTree(at: string): string {
  const root = join(at, "tree");
  for (const path of ["etc", "bin", `srv/${LONG_NAME}`]) mkdirSync(join(root, path), { recursive: true });
  const file = (path: string, text: string) => writeFileSync(join(root, path), text);
  file("etc/passwd", "root:x:0:0::/root:\nwww:x:33:33::/:\n");
  file("etc/group", "root:x:0:\nwww:x:33:\nshadow:x:42:\n");
  file("etc/shadow", "secret\n");
  for (const name of ["su", "ping"]) {
    file(`bin/${name}`, `program ${name}`);
    chmodSync(join(root, "bin", name), 0o775);
  }
  file("srv/data", "d".repeat(70_000));
  file("srv/a b#é", "");
  linkSync(join(root, "srv/data"), join(root, "srv/same"));
  symlinkSync("../etc/passwd", join(root, "srv/link"));
  writeFileSync(join(at, "policy.yaml"), POLICY);
  return root;
}

/** Run the command. */
export async function userns(...args: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const texts = { out: "", err: "" };
  stdout.setEncoding("utf8").on("data", (text: string) => {
    texts.out += text;
  });
  stderr.setEncoding("utf8").on("data", (text: string) => {
    texts.err += text;
  });
  const colors = pc.createColors(false);
  const exit = await run(args, { stdin, stdout, stderr, colors, talkColors: colors, isWatched: false });
  return { exit, ...texts };
}
