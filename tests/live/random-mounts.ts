/** Random changes of mounts: what may be idmapped, by whom, with which namespace. */
import fc from "fast-check";
import type { RandomWorld } from "./random.ts";

const among = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const RANGE = [[0, 100000, 1000]];
/** N has no maps, U no group map; B is below A. */
const NAMESPACES = [
  { name: "A", parent: "init", owner: [1000, 1000], uid_map: RANGE, gid_map: RANGE },
  { name: "B", parent: "A", owner: [100005, 100005], uid_map: [[0, 5, 5]], gid_map: [[0, 5, 5]] },
  { name: "C", parent: "init", owner: [0, 0], uid_map: [[0, 200000, 1000]], gid_map: [[0, 200000, 1000]] },
  { name: "N", parent: "init", owner: [0, 0], uid_map: null, gid_map: null },
  { name: "U", parent: "init", owner: [1000, 1000], uid_map: RANGE, gid_map: null },
];
const FILESYSTEMS = [
  { name: "d", type: "tmpfs" },
  { name: "s", type: "tmpfs", user_ns: "A", root: { uid: 100000, gid: 100000, mode: "0777" } },
  { name: "b", type: "tmpfs", user_ns: "B", root: { uid: 100005, gid: 100005, mode: "0777" } },
];
const MOUNTS = [
  { name: "i", fs: "d", idmap: "A" },
  { name: "r", fs: "d", flags: ["ro"] },
  { name: "f", fs: "s", flags: ["nosuid", "nodev", "noexec"] },
  { name: "c", fs: "s", idmap: "C" },
];
const FILES = [
  { fs: "d", path: "e", type: "dir", uid: 5, gid: 5, mode: "0750" },
  { fs: "d", path: "e/f", type: "file", uid: 5, gid: 5, mode: "0640" },
  { fs: "s", path: "e", type: "dir", uid: 100005, gid: 100005, mode: "0755" },
];

const id = among(0, 5, 1000, 100000, 100005);
const taskNamed = (name: string) =>
  fc.record({
    name: fc.constant(name),
    ns: among("init", "A", "B", "C"),
    uid: id,
    gid: id,
    caps: fc.subarray(["dac_override", "sys_admin", "chown"]),
    mntns: among("shared", "own"),
  });

const p = among("p", "q", "@root");
const path = among(
  "d:",
  "s:",
  "b:",
  "i:",
  "r:",
  "f:",
  "c:",
  "d:e",
  "s:e",
  "d:e/f",
  "d:gone",
  "d:e/",
  "d:e/f/",
  "d:gone/",
  "d:e/.",
  "d:/",
);
/** In a mount namespace that was copied, what is mounted below them counts too. */
const ofTheMachine = among("/proc", "/sys", "/dev");
const own = among("d:", "s:", "b:", "i:", "r:", "f:", "c:", "d:e", "s:e");
const attributes = fc.subarray(["idmap", "ro", "nosuid", "nodev", "noexec"], { maxLength: 3 });
const userns = among("A", "B", "C", "N", "U", "init", "notns", "mntns", "badfd");
const change = fc.oneof(
  fc.record({ set: fc.constant(["idmap"]), userns }),
  fc.record({ set: attributes, clr: attributes, userns }).map(({ set, clr, userns }) => ({
    set,
    clr: clr.filter((name) => !set.includes(name)),
    ...(set.includes("idmap") ? { userns } : {}),
  })),
);
const changes = fc.array(change, { minLength: 1, maxLength: 2 });
const one = fc.tuple(change);
const step = fc.oneof(
  fc.record({ p, call: fc.constant("mount_setattr"), on: among("clone", "attached"), path, changes }),
  fc.record({ p, call: fc.constant("mount_setattr"), on: fc.constant("clone"), path: own, changes }),
  fc.record({
    p: among("@root"),
    call: fc.constant("mount_setattr"),
    on: fc.constant("clone"),
    path: ofTheMachine,
    changes: among([{ set: ["idmap"], userns: "A" }], [{ set: ["idmap"], userns: "N" }]),
  }),
  fc.record({ p, call: fc.constant("open_tree_attr"), path, changes: one }),
  fc.record({ p, call: fc.constant("open_tree_attr"), path: own, changes: one, clone: fc.constant(false) }),
  fc.record({ p, call: fc.constant("stat"), path: among("i:e", "c:e", "d:e", "s:e", "r:e", "f:e") }),
  fc.record({ p, call: fc.constant("mkdir"), path: among("i:n", "c:n", "d:n", "s:n", "r:n", "f:n") }),
  fc.record({
    p,
    call: fc.constant("mount_tmpfs"),
    options: fc.record(
      {
        uid: among("0", "5", "100000", "x", "-1"),
        gid: among("0", "5", "4294967295"),
        mode: among("755", "1777", "9"),
      },
      { requiredKeys: [] },
    ),
  }),
);

/** Attached under a name of its own each: a name serves once. */
const attaching = fc.array(
  fc.oneof(
    fc.record({ p, call: fc.constant("bind"), path: own }),
    fc.record({ p, call: fc.constant("open_tree_attr"), path: own, changes: one }),
  ),
  { maxLength: 3 },
);

export const MOUNT_WORLDS: fc.Arbitrary<RandomWorld> = fc
  .record({
    procs: fc.tuple(taskNamed("p"), taskNamed("q")),
    made: attaching,
    op: fc.array(step, { minLength: 8, maxLength: 20 }),
  })
  .map(({ procs, made, op }) => ({
    setup: { ns: NAMESPACES, fs: FILESYSTEMS, mounts: MOUNTS, files: FILES, procs },
    op: [...made.map((step, index) => ({ ...step, attach: `z${index}` })), ...op],
  }));
