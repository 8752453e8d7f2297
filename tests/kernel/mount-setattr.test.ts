/** In which order mount_setattr(2) refuses: each row meets two reasons, and the earlier one decides. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf, type ShortStep } from "../suites/kernel-steps.ts";

const MAP = [[0, 100000, 1000]];
const SETUP = {
  namespaces: [
    { name: "A", parent: "init", owner: [1000, 1000], uid_map: MAP, gid_map: MAP },
    { name: "C", parent: "init", owner: [2000, 2000], uid_map: [[0, 105000, 100]], gid_map: [[0, 105000, 100]] },
    { name: "E", parent: "init", owner: [1000, 1000], uid_map: null, gid_map: null },
    { name: "B", parent: "A", owner: [100000, 100000], uid_map: [[0, 10, 20]], gid_map: [[0, 10, 20]] },
    { name: "Q", parent: "A", owner: [100000, 100000], uid_map: null, gid_map: null },
  ],
  filesystems: [
    { name: "f", type: "tmpfs" },
    { name: "s", type: "tmpfs", user_ns: "A" },
  ],
  files: [{ fs: "f", path: "sub", type: "dir" }],
  mounts: [
    { name: "m", fs: "f", idmap: "C" },
    { name: "ms", fs: "s", idmap: "C" },
    { name: "n", fs: "f", flags: ["nosuid"] },
  ],
  tasks: [
    { name: "a", ns: "A", uid: 100000, gid: 100000, caps: "all", mntns: "own" },
    { name: "none", uid: 1, gid: 1 },
  ],
};

const setattr = (task: string, path: string, on: string, ...changes: object[]): ShortStep => [
  task,
  "mount_setattr",
  { path, on, changes },
];
const idmap = (userns: string, more = {}) => ({ set: ["idmap"], userns, ...more });

const ROWS: readonly (readonly [rule: string, step: ShortStep, answer: string, decides: string])[] = [
  [
    "the right to mount before anything",
    setattr("none", "f:", "attached", { clr: ["idmap"] }),
    "EPERM@setattr0",
    "mayMount",
  ],
  [
    "clearing before the descriptor",
    setattr("@root", "f:", "clone", { ...idmap("badfd"), clr: ["idmap"] }),
    "EINVAL@setattr0",
    "idmapStays",
  ],
  [
    "the descriptor before the mount",
    setattr("@root", "f:sub", "attached", idmap("badfd")),
    "EBADF@setattr0",
    "openNamespace",
  ],
  [
    "its kind before the mount",
    setattr("@root", "m:", "attached", idmap("mntns")),
    "EINVAL@setattr0",
    "userNamespaceFd",
  ],
  ["init before whose it is", setattr("a", "f:", "clone", idmap("init")), "EPERM@setattr0", "notInitial"],
  ["whose it is before its maps", setattr("a", "f:", "clone", idmap("E")), "EPERM@setattr0", "namespaceAdmin"],
  [
    "its maps before the mount",
    setattr("@root", "m:sub", "attached", idmap("E")),
    "EINVAL@setattr0",
    "bothMapsWritten",
  ],
  ["its maps before the superblock", setattr("a", "f:", "clone", idmap("Q")), "EINVAL@setattr0", "bothMapsWritten"],
  [
    "the top of the mount before its idmap",
    setattr("@root", "m:sub", "attached", idmap("A")),
    "EINVAL@setattr0",
    "wholeMount",
  ],
  [
    "the top of the mount before locked flags",
    setattr("a", "n:sub", "attached", { clr: ["nosuid"] }),
    "EINVAL@setattr0",
    "wholeMount",
  ],
  [
    "locked flags before the superblock's namespace",
    setattr("a", "n:", "clone", idmap("B", { clr: ["nosuid"] })),
    "EPERM@setattr0",
    "lockedFlags",
  ],
  [
    "its own namespace before being idmapped",
    setattr("@root", "ms:", "clone", idmap("A")),
    "EINVAL@setattr0",
    "notOwnNamespace",
  ],
  [
    "being idmapped before being attached",
    setattr("@root", "m:", "attached", idmap("A")),
    "EPERM@setattr0",
    "idmappedOnce",
  ],
  ["being idmapped before the superblock", setattr("a", "m:", "clone", idmap("B")), "EPERM@setattr0", "idmappedOnce"],
  [
    "the type before being attached",
    setattr("@root", "/proc", "attached", idmap("A")),
    "EINVAL@setattr0",
    "typeAllowsIdmap",
  ],
  ["the type before the superblock", setattr("a", "/proc", "clone", idmap("B")), "EINVAL@setattr0", "typeAllowsIdmap"],
  [
    "the superblock before being attached",
    setattr("a", "f:", "attached", idmap("B")),
    "EPERM@setattr0",
    "superblockAdmin",
  ],
  ["being attached last", setattr("@root", "f:", "attached", idmap("A")), "EINVAL@setattr0", "detachedOnly"],
];

for (const engine of ENGINES) {
  for (const [rule, step, answer, decides] of ROWS)
    test(`mount_setattr asks ${rule} (${engine.name})`, () => {
      const [got] = answersOf(engine, SETUP, [step]);
      assert.deepEqual([got?.answer, got?.rule], [answer, decides]);
    });

  test(`mount_setattr that changes nothing is ok anywhere, to whoever may mount (${engine.name})`, () => {
    const steps = [setattr("@root", "f:sub", "attached", {}), setattr("none", "f:sub", "attached", {})];
    assert.deepEqual(
      answersOf(engine, SETUP, steps).map(({ answer }) => answer),
      ["ok", "EPERM@setattr0"],
    );
  });

  test(`a locked flag may be cleared and set in one call (${engine.name})`, () => {
    const [got] = answersOf(engine, SETUP, [setattr("a", "n:", "attached", { clr: ["nosuid"], set: ["nosuid"] })]);
    assert.equal(got?.answer, "ok");
  });

  test(`a refused change leaves the flags of the same call alone (${engine.name})`, () => {
    const steps: ShortStep[] = [
      setattr("@root", "f:", "attached", { set: ["idmap", "ro"], userns: "A" }),
      ["@root", "mkdir", { path: "f:x" }],
      setattr("@root", "f:", "attached", { set: ["ro"] }),
      ["@root", "mkdir", { path: "f:y" }],
      setattr("@root", "f:", "attached", { clr: ["ro"] }),
      ["@root", "mkdir", { path: "f:y" }],
    ];
    assert.deepEqual(
      answersOf(engine, SETUP, steps).map(({ answer }) => answer),
      ["EINVAL@setattr0", "ok", "ok", "EROFS", "ok", "ok"],
    );
  });

  test(`an idmap keeps the maps it was made with, and clones keep it (${engine.name})`, () => {
    const steps: ShortStep[] = [
      ["@root", "open_tree_attr", { path: "f:", changes: [idmap("A")], attach: "z" }],
      ["@root", "bind", { path: "z:sub", attach: "zz" }],
      ["@root", "stat", { path: "zz:" }],
      ["@root", "open_tree_attr", { path: "z:", changes: [idmap("C")], attach: "y" }],
      ["@root", "stat", { path: "y:sub" }],
      ["@root", "open_tree_attr", { path: "z:", changes: [{ clr: ["idmap"] }], attach: "x" }],
      ["@root", "stat", { path: "x:sub" }],
    ];
    const uids = answersOf(engine, SETUP, steps).map(({ values }) => values.uid);
    assert.deepEqual(uids, [undefined, undefined, 100000, undefined, 105000, undefined, 0]);
  });
}
