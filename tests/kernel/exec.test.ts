/** What a program is given when the rules of set-id bits, capabilities and no_new_privs meet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf, type ShortStep } from "../suites/kernel-steps.ts";

const MAP = [[0, 100000, 1000]];
const exe = (path: string, mode: string, uid: number, gid: number, more = {}) => ({
  fs: "f",
  path,
  type: "exe",
  mode,
  uid,
  gid,
  ...more,
});

const SETUP = {
  namespaces: [
    { name: "A", parent: "init", owner: [1000, 1000], uid_map: MAP, gid_map: MAP },
    { name: "B", parent: "A", owner: [100000, 100000], uid_map: [[0, 10, 20]], gid_map: [[0, 10, 20]] },
  ],
  filesystems: [
    { name: "f", type: "tmpfs" },
    { name: "s", type: "tmpfs", user_ns: "A", root: { uid: 100000, gid: 100000, mode: "0777" } },
  ],
  files: [
    exe("plain", "0755", 0, 0),
    exe("setuid", "4755", 5, 5),
    exe("setgid", "2755", 5, 5),
    exe("setgid-no-x", "2745", 5, 5),
    exe("forced", "0755", 0, 0, { fcap: { v: 2, eff: true, perm: ["kill"], inh: "none" } }),
    exe("offered", "0755", 0, 0, { fcap: { v: 2, eff: false, perm: ["kill"], inh: "none" } }),
    exe("rootly", "4755", 0, 0, { fcap: { v: 2, eff: true, perm: ["kill"], inh: "none" } }),
    exe("hidden", "0711", 100005, 100005),
    { fs: "f", path: "text", mode: "0755", fcap: { v: 2, eff: true, perm: ["kill"], inh: "none" } },
    { fs: "f", path: "d", type: "dir", mode: "0755" },
    { fs: "f", path: "l", type: "symlink", target: "setuid" },
    { fs: "f", path: "ff", type: "fifo", mode: "0755" },
    { fs: "s", path: "setuid", type: "exe", mode: "4755", uid: 100005, gid: 100005 },
  ],
  mounts: [
    { name: "nosuid", fs: "f", flags: ["nosuid"] },
    { name: "noexec", fs: "f", flags: ["noexec"] },
  ],
  tasks: [
    { name: "u", uid: 1000, gid: 1000 },
    { name: "unbound", uid: 1000, gid: 1000, caps: { bset: { all_but: ["sys_resource", "kill"] } } },
    { name: "nnp", uid: 1000, gid: 1000, nnp: 1 },
    { name: "mixed", uid: [1000, 1001, 1001, 1001], gid: [1000, 1001, 1001, 1002], nnp: 1 },
    {
      name: "ambient",
      uid: 1000,
      gid: 1000,
      caps: { eff: ["chown"], perm: ["chown"], inh: ["chown"], amb: ["chown"] },
    },
    { name: "keeper", uid: 1000, gid: 1000, securebits: ["keep_caps", "noroot"] },
    { name: "b", ns: "B", uid: 100015, gid: 100015, mm_ns: "B" },
    { name: "moved", ns: "B", uid: 100015, gid: 100015 },
    { name: "root", uid: 0, gid: 0, caps: { inh: ["sys_resource"] } },
    { name: "noroot", uid: 0, gid: 0, securebits: ["noroot"] },
  ],
};

const exec = (task: string, path: string): ShortStep => [task, "exec", { path }];

const REFUSED: readonly (readonly [rule: string, step: ShortStep, answer: string])[] = [
  ["a directory is not run", exec("@root", "f:d"), "EACCES"],
  ["a fifo is not run", exec("@root", "f:ff"), "EACCES"],
  ["nothing is run from a noexec mount, by root neither", exec("@root", "noexec:plain"), "EACCES"],
  ["what is no program is found out before capabilities are given", exec("unbound", "f:text"), "ENOEXEC"],
  [
    "a program fails to start when the bounding set withholds effective capabilities",
    exec("unbound", "f:forced"),
    "EPERM",
  ],
  ["it starts when they are not effective at once", exec("unbound", "f:offered"), "ok"],
  ["it starts from a nosuid mount, which gives none", exec("unbound", "nosuid:forced"), "ok"],
];

/** After execve: ids as real, effective, saved, filesystem. */
interface After {
  readonly secure?: number;
  readonly uid?: readonly number[];
  readonly gid?: readonly number[];
  readonly caps?: { readonly [set: string]: unknown };
}

const GIVEN: readonly (readonly [rule: string, step: ShortStep, after: After])[] = [
  [
    "a symbolic link is followed to a set-user-ID program",
    exec("u", "f:l"),
    { secure: 1, uid: [1000, 5, 5, 5], gid: [1000, 1000, 1000, 1000] },
  ],
  [
    "set-group-ID without execute for the group is ignored",
    exec("u", "f:setgid-no-x"),
    { secure: 0, gid: [1000, 1000, 1000, 1000] },
  ],
  [
    "set-id bits are ignored on a nosuid mount",
    exec("u", "nosuid:setuid"),
    { secure: 0, uid: [1000, 1000, 1000, 1000] },
  ],
  [
    "set-id bits of a child namespace's file system are ignored above it",
    exec("u", "s:setuid"),
    { secure: 0, uid: [1000, 1000, 1000, 1000] },
  ],
  [
    "set-id bits of a file system mounted above count below, where both ids are mapped",
    exec("b", "s:setuid"),
    { uid: [5, 5, 5, 5] },
  ],
  ["with no_new_privs set-id bits are ignored", exec("nnp", "f:setuid"), { secure: 0, uid: [1000, 1000, 1000, 1000] }],
  [
    "with no_new_privs capabilities of the file give nothing new, and the program is told",
    exec("nnp", "f:forced"),
    { secure: 1, caps: { perm: "none", eff: "none" } },
  ],
  [
    "with no_new_privs an effective group that is no group of the task's takes both effective ids back to the real ones",
    exec("mixed", "f:plain"),
    { secure: 1, uid: [1000, 1000, 1000, 1000], gid: [1000, 1000, 1000, 1000] },
  ],
  [
    "ambient capabilities outlive a plain program",
    exec("ambient", "f:plain"),
    { secure: 0, caps: { amb: ["chown"], eff: ["chown"], perm: ["chown"] } },
  ],
  [
    "ambient capabilities end with a program that has its own",
    exec("ambient", "f:offered"),
    { secure: 1, caps: { amb: "none", eff: "none", perm: ["kill"] } },
  ],
  [
    "ambient capabilities end with a change of user",
    exec("ambient", "f:setuid"),
    { secure: 1, caps: { amb: "none", eff: "none", perm: "none" } },
  ],
  [
    "root gets the bounding and the inheritable set",
    exec("root", "f:plain"),
    { secure: 0, caps: { eff: "all", perm: "all" } },
  ],
  ["with noroot root gets nothing", exec("noroot", "f:plain"), { secure: 0, caps: { eff: "none", perm: "none" } }],
  [
    "set-user-ID root with capabilities of its own gives those alone",
    exec("u", "f:rootly"),
    { secure: 1, uid: [1000, 0, 0, 0], caps: { eff: ["kill"], perm: ["kill"] } },
  ],
];

for (const engine of ENGINES) {
  for (const [rule, step, answer] of REFUSED)
    test(`${rule}, on ${engine.name}`, () => {
      assert.equal(answersOf(engine, SETUP, [step])[0]?.answer, answer);
    });

  for (const [rule, step, { secure, caps, ...ids }] of GIVEN)
    test(`${rule}, on ${engine.name}`, () => {
      const [run, creds] = answersOf(engine, SETUP, [step, [step[0], "creds", {}]]);
      assert.equal(run?.answer, "ok");
      if (secure !== undefined) assert.equal(run?.values.secure, secure);
      const { caps: held, ...shown } = creds?.values ?? {};
      assert.deepEqual({ ...shown, ...ids }, shown);
      if (caps) assert.deepEqual({ ...Object(held), ...caps }, held);
    });

  test(`keep_caps ends with execve, other securebits stay, on ${engine.name}`, () => {
    const steps: ShortStep[] = [exec("keeper", "f:plain"), ["keeper", "prctl", { op: "get_securebits" }]];
    assert.equal(answersOf(engine, SETUP, steps)[1]?.values.v, 1);
  });

  test(`a program that the task may not read leaves it not dumpable, its memory owned where the file's ids are mapped, on ${engine.name}`, () => {
    const owner = (path: string) => {
      const [, dumpable, status] = answersOf(engine, SETUP, [
        exec("b", path),
        ["b", "prctl", { op: "get_dumpable" }],
        ["@root", "proc_stat", { target: "b", file: "status" }],
      ]);
      return [dumpable?.values.v, status?.values.uid];
    };
    assert.deepEqual(owner("f:plain"), [1, 100015]);
    assert.deepEqual(owner("f:hidden"), [0, 100000]);
  });

  test(`execve gives the memory to the task's own namespace, whose root owns /proc/PID when it is not dumpable, on ${engine.name}`, () => {
    const undumpable: ShortStep[] = [
      ["moved", "prctl", { op: "dumpable", v: 0 }],
      ["@root", "proc_stat", { target: "moved", file: "status" }],
    ];
    assert.equal(answersOf(engine, SETUP, undumpable).at(-1)?.values.uid, 0);
    assert.equal(answersOf(engine, SETUP, [exec("moved", "f:plain"), ...undumpable]).at(-1)?.values.uid, 100010);
  });
}
