/** Longer lists and values than a recorded vector should hold, asked of the model and of the running kernel. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { KEYS_OF_ROOT, KEYS_OF_USER } from "../../src/kernel/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { withAgents } from "./machine.ts";
import { compare } from "./random.ts";

const groups = (count: number) => ({ call: "setgroups", groups: Array.from({ length: count }, () => 0) });
const value = (bytes: number) => ({ call: "setxattr", path: "f:x", name: "user.x", hex: "00".repeat(bytes) });

const SETUP = {
  fs: [{ name: "f", type: "tmpfs" }],
  files: [{ fs: "f", path: "x", uid: 0, gid: 0 }],
  // Whether the task may at all is asked before how many groups there are, and that before which.
  procs: [
    { name: "may", caps: ["setgid"] },
    { name: "may-not", uid: 1000, gid: 1000 },
  ],
};

/** What is asked, by whom, and what it is answered with. */
const ROWS = [
  ["a task may have 65536 groups", "may", groups(65536), null],
  ["a task may not have 65537 groups", "may", groups(65537), "EINVAL"],
  ["without CAP_SETGID nobody asks how many", "may-not", groups(65537), "EPERM"],
  ["an attribute may have 65536 bytes", "@root", value(65536), null],
  ["an attribute may not have 65537 bytes", "@root", value(65537), "E2BIG"],
] as const;

for (const [rule, p, step, errno] of ROWS)
  test(`${rule}, on the model and on the running kernel`, (t) =>
    withAgents(t, async ([agent]) => {
      const [engine] = ENGINES;
      assert.ok(agent && engine);
      const outcome = await compare(agent, engine, { setup: SETUP, op: [{ p, ...step }] });
      assert.deepEqual(outcome, { kind: "same", results: [errno === null ? { ok: true } : { errno }] });
    }));

const KEY_SETTINGS = "/proc/sys/kernel/keys";
const setting = (name: string) => Number(readFileSync(`${KEY_SETTINGS}/${name}`, "utf8"));

test("the room for keys of root and of others is what the running kernel begins with", {
  skip: existsSync(KEY_SETTINGS) ? false : "a kernel without keys",
}, () => {
  assert.deepEqual(KEYS_OF_ROOT, { keys: setting("root_maxkeys"), bytes: setting("root_maxbytes") });
  assert.deepEqual(KEYS_OF_USER, { keys: setting("maxkeys"), bytes: setting("maxbytes") });
});
