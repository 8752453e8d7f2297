import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import type { ProcessFileAnswer } from "../../src/cli/explain-process.ts";
import { pathInside } from "../../src/live/path-inside.ts";
import { idmappedMount, sleeperIn } from "../live/idmapped-mount.ts";
import { need } from "../need.ts";
import { userns } from "./command.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

/** Owners on the disk: held by the mount's map and by the process's, by the mount's alone, by neither. */
const OWNERS = [
  [0, 0],
  [5, 9],
  [70_000, 3],
  [66_000, 20],
  [100_000, 200_001],
  [65_534, 65_534],
] as const;

test("explain --pid: what it says of a file is what stat shows inside, plain and through an idmapped mount", async (t) => {
  if (!need(t, isRoot, "root on Linux")) return;
  const mapper = await sleeperIn(t, "0 100000 65536\n70000 300000 1\n", "0 200000 10\n");
  const pid = await sleeperIn(t, "0 100000 1000\n65534 7 1\n", "0 200000 5\n");
  const idmapped = idmappedMount(t, mapper);
  const plain = join(idmapped, "..", "plain");
  for (const [at, [uid, gid]] of OWNERS.entries()) {
    writeFileSync(join(plain, String(at)), "");
    chownSync(join(plain, String(at)), uid, gid);
  }
  for (const [at] of OWNERS.entries())
    for (const folder of [plain, idmapped]) {
      const path = join(folder, String(at));
      const inside = spawnSync("nsenter", ["--target", String(pid), "--user", "stat", "--format", "%u %g", path]);
      const { exit, stdout, stderr } = await userns(["explain", path, "--pid", String(pid), "--json"]);
      assert.equal(stderr, "");
      const { explanations, unseen }: ProcessFileAnswer = JSON.parse(stdout);
      assert.deepEqual(unseen, []);
      assert.equal(`${explanations.map(({ shown }) => shown).join(" ")}\n`, String(inside.stdout), path);
      assert.equal(exit, explanations.every(({ isMapped }) => isMapped) ? 0 : 1);
    }
  const { stdout } = await userns(["explain", join(idmapped, "1"), "--pid", String(pid)]);
  assert.match(stdout, /^uid u5 → u5 {2}\(kept on disk → as the process sees it\)\n/);
  assert.match(stdout, /u5 → v100005 +mount map, line 1: 0:100000:65536\n/);
  assert.match(stdout, /idmapped uid\s0:100000:65536,70000:300000:1/);
});

/** A shell of uid 1000 in a namespace of its own, with group 5000 besides, which that has no number for. */
function shellIn(t: TestContext, options: readonly string[]) {
  const as = ["--reuid", "1000", "--regid", "1000", "--groups", "1000,5000", "--inh-caps=-all"];
  const shell = spawn("setpriv", [...as, "unshare", "--user", ...options, "sh"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => shell.kill("SIGKILL"));
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  return {
    pid: shell.pid ?? 0,
    ask: async (command: string): Promise<string> => {
      shell.stdin.write(`${command}\n`);
      return (await lines.next()).value;
    },
  };
}

test("explain --pid: what a process may do is what access(2) says in it: groups without a number and capabilities count", async (t) => {
  if (!need(t, isRoot, "root on Linux")) return;
  const folder = mkdtempSync(join(tmpdir(), "userns-may-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const files = [
    [0, 5000, 0o640],
    [0, 1000, 0o640],
    [0, 0, 0o600],
    [1000, 1000, 0o200],
    [1000, 7, 0o100],
    [5000, 5000, 0o607],
    [1000, 5000, 0o711],
  ] as const;
  const paths = files.map(([uid, gid, mode], at) => {
    const path = join(folder, String(at));
    writeFileSync(path, "#!/bin/sh\n");
    chownSync(path, uid, gid);
    chmodSync(path, mode);
    return path;
  });
  mkdirSync(join(folder, "d"), { mode: 0o700 });
  for (const options of [["--map-root-user"], []]) {
    const { pid, ask } = shellIn(t, options);
    await ask("echo ready");
    for (const path of [...paths, join(folder, "d")]) {
      const tests = ["r", "w", "x"].map((flag) => `$(test -${flag} ${path} && echo yes || echo no)`);
      const inside = await ask(`echo ${tests.join(" ")}`);
      const { stdout } = await userns(["explain", path, "--pid", String(pid), "--json"]);
      const { process }: ProcessFileAnswer = JSON.parse(stdout);
      assert.deepEqual(process.unnumberedGroups.includes(5000), true);
      assert.equal(process.may.map(({ ok }) => (ok ? "yes" : "no")).join(" "), inside, `${path} ${options.join(" ")}`);
    }
    const text = (await userns(["explain", paths[0] ?? "", "--pid", String(pid)])).stdout;
    assert.match(text, options.length > 0 ? /is 0:0, groups 0, and groups it has no\snumber for: k5000/ : /is \?:\?/);
    assert.match(text, / {2}read {2}yes \(groupBits\)\n {2}write no: EACCES, /);
  }
});

test("explain --pid: no process, no file, no absolute path", async (t) => {
  if (!need(t, process.platform === "linux", "Linux")) return;
  for (const [args, place] of [
    [["/etc/passwd", "--pid", "4194305"], "--pid 4194305 /etc/passwd"],
    [["/nowhere/at/all", "--pid", "self"], "/nowhere/at/all"],
    [["etc/passwd", "--pid", "self"], "PATH"],
    [["/etc", "/usr", "--pid", "self"], "PATH"],
    [["/etc", "--pid", "-1"], "--pid"],
  ] as const) {
    const { exit, stdout, stderr } = await userns(["explain", ...args]);
    assert.deepEqual([exit, stdout], [2, ""], args.join(" "));
    assert.ok(stderr.includes(place), stderr);
  }
});

test("a path of another root: links are followed within it, .. stops at it, and a circle is an error", (t) => {
  const root = mkdtempSync(join(tmpdir(), "userns-root-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "a/b"), { recursive: true });
  writeFileSync(join(root, "a/file"), "");
  symlinkSync("/a", join(root, "absolute"));
  symlinkSync("../../../../file", join(root, "a/b/up"));
  symlinkSync("circle", join(root, "circle"));
  writeFileSync(join(root, "file"), "");
  assert.equal(pathInside(root, "/absolute/file"), join(root, "a/file"));
  assert.equal(pathInside(root, "/a/b/up"), join(root, "file"));
  assert.equal(pathInside(root, "/../../a/./b/.."), join(root, "a"));
  assert.throws(() => pathInside(root, "/circle"), { code: "ELOOP" });
  assert.throws(() => pathInside(root, "/none"), { code: "ENOENT" });
});
