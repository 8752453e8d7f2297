/** `npm run vectors`: what it prints last, and what it exits with. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { initSync } from "../../src/core/engine-ts.ts";
import { importVector, runVector } from "../../src/scenario/index.ts";

const folder = mkdtempSync(join(tmpdir(), "userns-vectors-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]) {
  const made = spawnSync(process.execPath, ["--import", "tsx", "src/cli/vectors.ts", ...args], { encoding: "utf8" });
  return {
    status: made.status,
    last: made.stdout.trimEnd().split("\n").at(-1),
    stdout: made.stdout,
    stderr: made.stderr,
  };
}

function write(name: string, json: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

const recorded: readonly { readonly op: readonly object[] }[] = JSON.parse(
  readFileSync("tests/vectors/linux-6.18/5_scm_credentials.json", "utf8"),
);
const [vector] = recorded;

test("a folder of vectors that all agree exits with 0 and counts them on the last line", () => {
  write("good.json", recorded.slice(0, 3));
  const { status, last } = run(folder);
  assert.deepEqual({ status, last }, { status: 0, last: "3 passed, 0 failed, 0 skipped" });
});

test("a changed answer exits with 1 and shows the step, what was expected, what came, and why", () => {
  const changed = [{ ...vector, op: vector?.op.slice(0, 1), observed: [{ errno: "ENOENT" }] }];
  const { status, last, stdout } = run(write("changed.json", changed));
  assert.deepEqual({ status, last }, { status: 1, last: "0 passed, 1 failed, 0 skipped" });
  assert.match(stdout, /op\[0\]: p sendcred[\s\S]*errno: expected "ENOENT", got/);
});

test("a step that is not modelled fails its vector", () => {
  const unknown = [{ ...vector, op: [{ p: "p", call: "reboot" }], observed: [{ ok: true }] }];
  const { status, last, stdout } = run(write("unknown.json", unknown));
  assert.deepEqual({ status, last }, { status: 1, last: "0 passed, 1 failed, 0 skipped" });
  assert.match(stdout, /expected a call that is modelled/);
});

test("programs of user space are run: none of their vectors is skipped", () => {
  const { status, last } = run("tests/vectors/linux-6.18/7_newidmap.json", "--only", "7-open-00034");
  assert.deepEqual({ status, last }, { status: 0, last: "1 passed, 0 failed, 0 skipped" });
});

test("a vector of user space is skipped with the reason where no programs are handed in", () => {
  const [first] = JSON.parse(readFileSync("tests/vectors/linux-6.18/7_newidmap.json", "utf8"));
  const outcome = runVector(importVector(first, "7"), initSync());
  assert.ok(outcome.kind === "skipped" && /none were handed in/.test(outcome.reason));
});

test("no vectors at all is wrong use", () => {
  assert.equal(run().status, 2);
  assert.equal(run(folder, "--only", "nothing").status, 2);
  assert.equal(run(folder, "--engine", "gpu").status, 2);
});
