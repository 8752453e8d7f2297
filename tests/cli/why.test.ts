import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { WhyCliAnswer } from "../../src/cli/why.ts";
import { need } from "../need.ts";
import { BUILT, folderFor, LAYER, userns } from "./command.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

test("why: the owner that a line does not tell is looked up in the layer", async () => {
  const args = ["why", "lchown /var/spool/cron/crontabs: invalid argument", "--map", "0:1000:1", "--layer", LAYER];
  const { exit, stdout } = await userns(args);
  assert.equal(exit, 0);
  assert.match(stdout, /^gid 101 is not in the map\n {2}asked {3}lchown\("\/var\/spool\/cron\/crontabs", 0, 101\)\n/);
  assert.match(stdout, /userns shift .* OUT --map 0:1000:1 --unmapped squash=0:0\n$/);
});

test("why: stdin is read as a log, and without a cause the exit is 1", async () => {
  const log = "INFO[0000] running as rootless\nError: writing blob: lchown /etc/gshadow: invalid argument\n";
  for (const args of [["why"], ["why", "-"]]) {
    const { exit, stdout } = await userns(args, { stdin: log });
    assert.equal(exit, 1);
    assert.match(stdout, /^cannot tell yet\n/);
  }
  const { exit, stdout } = await userns(["why", "--json"], { stdin: "all is well\n" });
  assert.deepEqual([exit, JSON.parse(stdout)], [1, null]);
});

test("why: subid files decide, and what they grant to --user", async (t) => {
  const subuid = join(folderFor(t), "subuid");
  writeFileSync(subuid, "# mine\nben:100000:10\n");
  const args = [
    "why",
    "setresuid to 33: Invalid argument",
    "--user",
    "ben:1000",
    "--subuid",
    subuid,
    "--for",
    "podman",
  ];
  const { exit, stdout } = await userns([...args, "--json"]);
  const answer: WhyCliAnswer = JSON.parse(stdout);
  assert.equal(exit, 0);
  assert.equal(answer?.cause, "uid 33 is not in the map that podman makes of ben's ranges");
  assert.deepEqual(answer?.fixes[0]?.lines, [`echo 'ben:100010:65536' >>${subuid}`, "podman system migrate"]);
});

for (const [args, where] of [
  [["why", ""], "MESSAGE"],
  [["why"], "stdin"],
  [["why", "x", "--map", "0:0:1", "--pid", "self"], "--map"],
  [["why", "x", "--gid-map", "0:0:1"], "--map"],
  [["why", "x", "--user", "ben"], "--user"],
  [["why", "x", "--owner", "5"], "--owner"],
  [["why", "x", "--subuid", "/nowhere"], "/nowhere"],
  [["why", "x", "--for", "emacs"], "--for"],
] as const)
  test(`userns ${args.join(" ")}: bad use is told, at ${where}`, async () => {
    const { exit, stderr } = await userns([...args, "--json"]);
    assert.deepEqual([exit, JSON.parse(stderr).error.where], [2, where]);
  });

/** Commands in a namespace that holds root alone, each refused for an id that it does not hold. */
const REFUSED: readonly (readonly [command: readonly string[], cause: string])[] = [
  [["tar", "xf", "five.tar"], "uid 5 and gid 7 are not in the map"],
  [["chown", "5", "mine"], "the map"],
  [["setpriv", "--reuid", "5", "true"], "the map"],
];

test("why: what tools really write here is known, and its map tells the cause", async (t) => {
  if (!need(t, isRoot, "root on Linux")) return;
  const cwd = folderFor(t);
  writeFileSync(join(cwd, "five"), "");
  chownSync(join(cwd, "five"), 5, 7);
  spawnSync("tar", ["cf", "five.tar", "--numeric-owner", "five"], { cwd });
  writeFileSync(join(cwd, "mine"), "");
  const env = { PATH: process.env.PATH ?? "", LC_ALL: "C" };
  for (const [command, cause] of REFUSED) {
    const child = spawnSync("unshare", ["-Ur", "sh", "-c", '"$@" 2>&1', "sh", ...command], {
      cwd,
      env,
      encoding: "utf8",
    });
    const { exit, stdout } = await userns(["why", child.stdout, "--map", "0:0:1", "--json"]);
    const answer: WhyCliAnswer = JSON.parse(stdout);
    assert.equal(exit, 0, child.stdout);
    assert.ok(answer?.cause?.startsWith(cause), answer?.cause ?? "");
  }
});

test("why, doctor and ps: without a /proc it is said, and nothing is taken for granted", async (t) => {
  if (!need(t, isRoot, "root on Linux")) return;
  const run = (...args: readonly string[]) => {
    const command = ["-m", "sh", "-c", 'umount -l /proc && exec "$@"', "sh", process.execPath, BUILT];
    return spawnSync("unshare", [...command, ...args], { encoding: "utf8" });
  };
  const doctor = run("doctor");
  assert.match(doctor.stdout, /the running system: there is no \/proc/);
  const ps = run("ps");
  assert.deepEqual([ps.status, ps.stderr.split("\n")[0]], [2, "error: /proc"]);
  const why = run("why", "unshare: unshare failed: Operation not permitted", "--here");
  assert.deepEqual([why.status, why.stdout.split("\n")[0]], [1, "cannot tell yet"]);
});
