/** The names of cgroups, and what is kept with them. The answers were given by the cgroup2 of a running Linux 6.18. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf, type ShortStep } from "../suites/kernel-steps.ts";

const SETUP = {
  filesystems: [{ name: "cg", type: "cgroup2", root: { mode: "0755" } }],
  tasks: [{ name: "p" }],
};

const call = (name: string, path: string, more = {}): ShortStep => ["@root", name, { path, ...more }];
const MADE = [call("mkdir", "cg:a"), call("mkdir", "cg:a/in")];

const ROWS: readonly (readonly [rule: string, steps: readonly ShortStep[], answer: string])[] = [
  ["a cgroup that holds another is not removed", [call("rmdir", "cg:a")], "EBUSY"],
  ["an empty cgroup is removed with its files", [call("rmdir", "cg:a/in"), call("rmdir", "cg:a")], "ok"],
  [
    "a cgroup that holds a process is not removed",
    [call("cgroup_move", "cg:a/in/cgroup.procs", { target: "p" }), call("rmdir", "cg:a/in")],
    "EBUSY",
  ],
  ["a cgroup's files are not removed", [call("unlink", "cg:a/cgroup.procs")], "EPERM"],
  ["a cgroup is not renamed", [call("rename", "cg:a/in", { to: "cg:b" })], "EPERM"],
  ["a flag of rename is refused first", [call("rename", "cg:a/in", { to: "cg:b", how: "noreplace" })], "EINVAL"],
  ["a cgroup keeps attributes of users", [call("setxattr", "cg:a", { name: "user.x", value: "v" })], "ok"],
  ["a cgroup has no ACL", [call("acl_remove", "cg:a")], "ENOTSUP"],
  ["nothing without a name is made there", [call("open", "cg:a", { acc: "w", flags: ["tmpfile"] })], "ENOTSUP"],
];

for (const engine of ENGINES)
  for (const [rule, steps, answer] of ROWS)
    test(`${rule} (${engine.name})`, () => {
      const answers = answersOf(engine, SETUP, [...MADE, ...steps]);
      assert.equal(answers.at(-1)?.answer, answer);
    });
