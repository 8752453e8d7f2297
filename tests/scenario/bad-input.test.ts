/** Bad scenarios: each is refused with the JSON path, what was expected there, and what was found. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsernsError } from "../../src/core/index.ts";
import { inSource, loadScenario, replay, type Source } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const A = { name: "A", parent: "init", owner: [1000, 1000], uid_map: [[0, 100000, 10]], gid_map: [[0, 100000, 10]] };
const p = { name: "p", ns: "A", uid: 100000, gid: 100000 };
const withSetup = (setup: unknown) => ({ version: 1, setup, steps: [] });
const withSteps = (...steps: unknown[]) => ({ version: 1, setup: { namespaces: [A], tasks: [p] }, steps });

interface Row {
  readonly rule: string;
  readonly scenario: unknown;
  readonly where: string;
  /** Must be in the message. */
  readonly says: string;
}

const ROWS: readonly Row[] = [
  { rule: "a scenario is an object", scenario: [], where: "$", says: "an object" },
  { rule: "a scenario has a version", scenario: { steps: [] }, where: "$.version", says: "got nothing" },
  {
    rule: "a scenario of another version is refused",
    scenario: { version: 2, steps: [] },
    where: "$.version",
    says: "1",
  },
  { rule: "an unknown key is refused", scenario: { version: 1, step: [] }, where: "$.step", says: "steps" },
  { rule: "steps are a list", scenario: { version: 1, steps: {} }, where: "$.steps", says: "a list" },
  {
    rule: "a name stands for an id",
    scenario: { version: 1, names: { a: -1 }, steps: [] },
    where: "$.names.a",
    says: "-1",
  },
  {
    rule: "an unknown part of the setup is refused",
    scenario: withSetup({ procs: [] }),
    where: "$.setup.procs",
    says: "tasks",
  },
  {
    rule: "a machine lacks capabilities that exist",
    scenario: { version: 1, machine: { lacks: ["flying"] }, steps: [] },
    where: "$.machine.lacks",
    says: "flying",
  },
  {
    rule: "a namespace's parent is defined before it",
    scenario: withSetup({ namespaces: [{ ...A, parent: "B" }] }),
    where: "$.setup.namespaces[0].parent",
    says: "init",
  },
  {
    rule: "a namespace's name is its own",
    scenario: withSetup({ namespaces: [A, A] }),
    where: "$.setup.namespaces[1].name",
    says: '"A"',
  },
  {
    rule: "a namespace has an owner",
    scenario: withSetup({ namespaces: [{ name: "A", parent: "init" }] }),
    where: "$.setup.namespaces[0].owner",
    says: "got nothing",
  },
  {
    rule: "a line of a map has three numbers",
    scenario: withSetup({ namespaces: [{ ...A, uid_map: [[0, 1]] }] }),
    where: "$.setup.namespaces[0].uid_map[0]",
    says: "a list of 3",
  },
  {
    rule: "lines of a map do not overlap",
    scenario: withSetup({
      namespaces: [
        {
          ...A,
          gid_map: [
            [0, 100000, 10],
            [9, 200000, 1],
          ],
        },
      ],
    }),
    where: "$.setup.namespaces[0].gid_map[1]",
    says: "do not overlap",
  },
  {
    rule: "a count is at least 1",
    scenario: withSetup({ namespaces: [{ ...A, uid_map: [[0, 100000, 0]] }] }),
    where: "$.setup.namespaces[0].uid_map[0]",
    says: "1 or more",
  },
  {
    rule: "the parent's map holds what a child maps",
    scenario: withSetup({ namespaces: [A, { ...A, name: "B", parent: "A", uid_map: [[0, 5, 10]] }] }),
    where: "$.setup.namespaces[1].uid_map",
    says: "within one line of the parent's map",
  },
  {
    rule: "a task's namespace is defined",
    scenario: withSetup({ tasks: [p] }),
    where: "$.setup.tasks[0].ns",
    says: "user namespace",
  },
  {
    rule: "a task has one id or four of each kind",
    scenario: withSetup({ tasks: [{ name: "p", uid: [1, 2, 3, 4, 5] }] }),
    where: "$.setup.tasks[0].uid",
    says: "[real, effective, saved, fs]",
  },
  {
    rule: "a capability exists",
    scenario: withSetup({ tasks: [{ name: "p", caps: ["CAP_SETUID"] }] }),
    where: "$.setup.tasks[0].caps[0]",
    says: "without CAP_",
  },
  {
    rule: "a mount is of a file system that there is",
    scenario: withSetup({ mounts: [{ name: "m", fs: "f" }] }),
    where: "$.setup.mounts[0].fs",
    says: '"f"',
  },
  {
    rule: "a file lies in a directory that there is",
    scenario: withSetup({ filesystems: [{ name: "f", type: "tmpfs" }], files: [{ fs: "f", path: "a/b" }] }),
    where: "$.setup.files[0].path",
    says: "a directory of f",
  },
  { rule: "a step names its task", scenario: withSteps({ call: "creds" }), where: "$.steps[0].task", says: "text" },
  {
    rule: "a step's task is defined",
    scenario: withSteps({ task: "q", call: "creds" }),
    where: "$.steps[0].task",
    says: "@root, p",
  },
  {
    rule: "a call is modelled",
    scenario: withSteps({ task: "p", call: "creds" }, { task: "p", call: "reboot" }),
    where: "$.steps[1].call",
    says: "setresuid",
  },
  {
    rule: "a call is given what it needs",
    scenario: withSteps({ task: "p", call: "setresuid", r: 0, e: 0 }),
    where: "$.steps[0].s",
    says: "got nothing",
  },
  {
    rule: "a call is given nothing else",
    scenario: withSteps({ task: "p", call: "setuid", uid: 0, gid: 0 }),
    where: "$.steps[0].gid",
    says: "one of uid",
  },
  {
    rule: "an id is 32 bits",
    scenario: withSteps({ task: "p", call: "setuid", uid: 4294967296 }),
    where: "$.steps[0].uid",
    says: "4294967296",
  },
  {
    rule: "a name for an id is defined",
    scenario: withSteps({ task: "p", call: "setuid", uid: "alice" }),
    where: "$.steps[0].uid",
    says: '"alice"',
  },
  {
    rule: "a namespace of a step is defined",
    scenario: withSteps({ task: "p", call: "setns", ns: "B" }),
    where: "$.steps[0].ns",
    says: "init, A",
  },
  {
    rule: "a new namespace has a new name",
    scenario: withSteps({ task: "p", call: "unshare_user", as: "A" }),
    where: "$.steps[0].as",
    says: '"A"',
  },
  {
    rule: "a descriptor was kept before it is used",
    scenario: withSteps({ task: "p", call: "map_read_fd", fd: "u" }),
    where: "$.steps[0].fd",
    says: "keeps open",
  },
  {
    rule: "an operation of prctl is given its value",
    scenario: withSteps({ task: "p", call: "prctl", op: "bset_drop" }),
    where: "$.steps[0].cap",
    says: "bset_drop",
  },
  {
    rule: "an observed answer is an object",
    scenario: withSteps({ task: "p", call: "creds", observed: "ok" }),
    where: "$.steps[0].observed",
    says: "an object",
  },
];

for (const engine of ENGINES)
  for (const { rule, scenario, where, says } of ROWS)
    test(`${rule}, on ${engine.name}`, () => {
      assert.throws(
        () => replay(loadScenario(scenario), engine),
        (error) => {
          assert.ok(error instanceof UsernsError, String(error));
          assert.equal(error.code, "ERR_SCENARIO");
          assert.equal(error.where, where);
          assert.ok(error.message.includes(says), error.message);
          return true;
        },
      );
    });

for (const engine of ENGINES)
  test(`names stand for ids in setup and steps, on ${engine.name}`, () => {
    const [answer] = replay(
      loadScenario({
        version: 1,
        names: { alice: 1000 },
        setup: { tasks: [{ name: "p", uid: "alice", gid: "alice" }] },
        steps: [{ task: "p", call: "getresuid", observed: { ok: true, uid: [1000, 1000, 1000] } }],
      }),
      engine,
    );
    assert.deepEqual(answer?.differences, []);
  });

/** The lines that a parser would find the values of a small scenario at. */
const LINES: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["steps", 3],
  ["steps/0", 4],
  ["steps/0/uid", 6],
]);
const sourceOf = (step: unknown): Source => ({
  name: "a.yaml",
  json: { version: 1, steps: [step] },
  lineOf: (path) => LINES.get(path.join("/")) ?? null,
});

for (const { rule, step, where } of [
  {
    rule: "an error names the line",
    step: { task: "@root", call: "setuid", uid: "x" },
    where: "a.yaml:6: $.steps[0].uid",
  },
  { rule: "what has no line has that of what holds it", step: { call: "creds" }, where: "a.yaml:4: $.steps[0].task" },
])
  test(rule, () => {
    const [engine] = ENGINES;
    assert.ok(engine);
    assert.throws(() => inSource(sourceOf(step), (json) => replay(loadScenario(json), engine)), { where });
  });
