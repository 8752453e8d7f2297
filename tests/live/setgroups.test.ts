/** More groups than a recorded vector should hold, asked of the model and of the running kernel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { withAgents } from "./machine.ts";
import { compare } from "./random.ts";

const groups = Array.from({ length: 65537 }, () => 0);
/** Whether the task may at all is asked before how many there are, and that before which. */
const TASKS = [
  { name: "may", caps: ["setgid"] },
  { name: "may-not", uid: 1000, gid: 1000 },
];

test("setgroups takes at most 65536 groups, on the model and on the running kernel", (t) =>
  withAgents(t, async ([agent]) => {
    const [engine] = ENGINES;
    assert.ok(agent && engine);
    const op = TASKS.map(({ name }) => ({ p: name, call: "setgroups", groups }));
    const outcome = await compare(agent, engine, { setup: { procs: TASKS }, op });
    assert.deepEqual(outcome, { kind: "same", results: [{ errno: "EINVAL" }, { errno: "EPERM" }] });
  }));
