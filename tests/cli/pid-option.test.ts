import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckAnswer } from "../../src/cli/check.ts";
import { sleeperIn } from "../live/idmapped-mount.ts";
import { need } from "../need.ts";
import { userns } from "./command.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

test("check --pid: the process makes the namespace, with its ids, its capabilities and its maps as the parent's", async (t) => {
  if (!need(t, isRoot, "root on Linux")) return;
  const pid = String(await sleeperIn(t, "0 100000 10\n65534 0 1\n", "0 200000 10\n65534 0 1\n"));
  const asked = async (text: string) => {
    const { stdout } = await userns(["check", "--uid-map", text, "--pid", pid, "--json"]);
    const answer: CheckAnswer = JSON.parse(stdout);
    return answer;
  };
  const { ok, question } = await asked("0 65534 1");
  assert.equal(ok, true);
  assert.deepEqual(question.parent?.gid[0], { first: 0, lowerFirst: 200_000, count: 10 });
  // Root of the host, whom its map calls 65534; execve took its capabilities before there was a map.
  assert.deepEqual(question.writer, { uid: 65_534, gid: 65_534, caps: [] });
  assert.equal((await asked("0 0 1")).writes[0]?.refusal?.rule.name, "mapRootNeedsSetfcap");
});

test("check --pid: in a namespace whose setgroups is denied a new one begins so", async (t) => {
  if (!need(t, isRoot, "root on Linux")) return;
  const pid = String(await sleeperIn(t, "0 0 10\n", "0 0 10\n", "deny"));
  const { question }: CheckAnswer = JSON.parse(
    (await userns(["check", "--gid-map", "0 0 1", "--pid", pid, "--json"])).stdout,
  );
  assert.equal(question.setgroups, "deny");
});

test("convert --pid: the maps of a running process, in ids of the caller's namespace", async (t) => {
  if (!need(t, isRoot, "root on Linux")) return;
  const pid = String(await sleeperIn(t, "0 100000 10\n10 5 1\n", "0 200000 10\n"));
  const { stdout, exit } = await userns(["convert", "--pid", pid, "--to", "lxc"]);
  assert.equal(exit, 0);
  assert.equal(stdout, "lxc.idmap = u 0 100000 10\nlxc.idmap = u 10 5 1\nlxc.idmap = g 0 200000 10\n");
});

for (const [args, where] of [
  [["check", "--uid-map", "0 0 1", "--pid", "4194305"], "--pid 4194305"],
  [["check", "--uid-map", "0 0 1", "--pid", "x"], "--pid"],
  [["check", "--uid-map", "0 0 1", "--pid", "self", "--as", "uid=5"], "--as"],
  [["check", "--uid-map", "0 0 1", "--pid", "self", "--parent-map", "0:0:5"], "--parent-map"],
  [["convert", "--pid", "4194305", "--to", "lxc"], "--pid 4194305"],
  [["convert", "0:0:1", "--pid", "self", "--to", "lxc"], "MAP"],
  [["convert", "--pid", "self", "--from", "lxc", "--to", "lxc"], "--from"],
  [["convert", "--to", "lxc"], "MAP"],
] as const)
  test(`userns ${args.join(" ")}: bad use of --pid is told, at ${where}`, async (t) => {
    if (!need(t, process.platform === "linux", "Linux")) return;
    const { exit, stderr } = await userns([...args, "--json"]);
    assert.deepEqual([exit, JSON.parse(stderr).error.where], [2, where]);
  });
