/** Random overlays, mounted by root or in a namespace, and calls on their files. */
import fc from "fast-check";
import type { RandomWorld } from "./random.ts";
import { ENDINGS, LONG_NAMES } from "./random-files.ts";

const among = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const IDS = [0, 5, 1000, 100000, 100005];
const NAMESPACES = [
  { name: "A", parent: "init", owner: [1000, 1000], uid_map: [[0, 100000, 1000]], gid_map: [[0, 100000, 1000]] },
];
const FILESYSTEMS = [
  { name: "l", type: "tmpfs" },
  { name: "u", type: "tmpfs" },
];
const MOUNTS = [
  { name: "al", fs: "l", idmap: "A" },
  { name: "au", fs: "u", idmap: "A" },
  { name: "ru", fs: "u", flags: ["ro"] },
];
const id = among(...IDS);
/** Of a directory that may be merged: into one that the mounts' idmap does not hold, little can be copied up. */
const dirId = fc.oneof({ weight: 4, arbitrary: among(0, 5) }, { weight: 1, arbitrary: id });
const mode = among("0777", "0755", "0750", "0700", "0640", "0644", "0077", "0000", "4755", "2755", "2775", "1777");
const open = { uid: 0, gid: 0, mode: "0777" };
const entry = (fs: string, path: string) =>
  fc
    .record({ type: among("file", "file", "dir", "fifo"), uid: id, gid: id, mode, size: among(0, 3) })
    .map(({ size, ...rest }) => ({ fs, path, ...rest, ...(rest.type === "file" ? { size } : {}) }));
const FILES = fc
  .tuple(
    fc.tuple(entry("l", "low/a"), entry("l", "low/b"), entry("u", "up/b"), entry("u", "up/c")),
    fc.record({ owner: id, group: id, bits: mode, upper: dirId, upperGroup: dirId, upperBits: mode }),
  )
  .map(([[a, b, b2, c], { owner, group, bits, upper, upperGroup, upperBits }]) => [
    { fs: "l", path: "low", type: "dir", uid: owner, gid: group, mode: bits },
    { fs: "u", path: "up", type: "dir", uid: upper, gid: upperGroup, mode: upperBits },
    { fs: "u", path: "wk", type: "dir", ...open },
    { fs: "u", path: "f", type: "file", ...open },
    { fs: "l", path: "low/dir", type: "dir", uid: owner, gid: group, mode: bits },
    { fs: "l", path: "low/dir/x", type: "file", uid: group, gid: owner, mode: bits },
    { fs: "u", path: "up/dir", type: "dir", uid: upperGroup, gid: upper, mode: upperBits },
    { fs: "u", path: "up/dir/y", type: "file", uid: group, gid: owner, mode: bits },
    a,
    b,
    b2,
    c,
  ]);

const CAPS = ["chown", "dac_override", "dac_read_search", "fowner", "fsetid", "mknod"];
const taskNamed = (name: string) =>
  fc.record({
    name: fc.constant(name),
    ns: among("init", "init", "A"),
    uid: id,
    gid: id,
    caps: fc.subarray(CAPS),
    umask: among("0000", "0022"),
  });
const mounted = fc.oneof(
  fc.constant({ lower: "l:low", upper: "u:up", work: "u:wk" }),
  fc.constant({ lower: "al:low", upper: "au:up", work: "au:wk" }),
  fc.record({
    lower: among("l:low", "l:low/a", "l:gone"),
    upper: among("u:up", "au:up", "ru:up", "u:f"),
    work: among("u:wk", "ru:wk", "au:wk", "u:f"),
  }),
);

const p = among("p", "q", "@root");
const names = ["a", "b", "c", "dir", "dir/x", "dir/y", "new", "dir/new"];
const path = fc
  .oneof(
    { weight: 6, arbitrary: among(...names) },
    { weight: 2, arbitrary: fc.tuple(among(...names), among(...ENDINGS)).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: among("", "/", "dir/.", ...LONG_NAMES) },
  )
  .map((name) => `z:${name}`);
const step = (call: string, args: { readonly [key: string]: fc.Arbitrary<unknown> }) =>
  fc.record(args).chain((rest) => p.map((task) => ({ p: task, call, ...rest })));
const steps = fc.oneof(
  step("stat", { path }),
  step("open", { path, acc: among("r", "w", "rw"), mode, flags: fc.subarray(["creat", "excl", "trunc", "nonblock"]) }),
  step("write", { path: among("z:b", "z:c", "z:dir/x") }),
  step("truncate", { path, size: among(0, 3, -1) }),
  step("readdir", { path }),
  step("access", { path, mode: among("r", "w", "x", "rw"), eff: fc.boolean() }),
  step("mkdir", { path, mode }),
  step("mknod", { path, type: among("file", "fifo", "chr"), mode, dev: among(0, 259) }),
  step("symlink", { path, target: among("b", "dir/", "b/", "") }),
  step("unlink", { path }),
  step("rmdir", { path }),
  step("chmod", { path, mode }),
  step("chown", { path, uid: fc.option(id), gid: fc.option(id) }),
  step("utimens", { path, how: among("null", "now", "set") }),
);
const AFTER = names.map((name) => ({ p: "@root", call: "stat", path: `z:${name}` }));
/** The layers below, where it was mounted from them. */
const LAYERS = ["l:low/a", "u:up/a", "u:up/b", "u:up/new", "u:up/dir", "u:up/dir/x", "u:up/dir/new"].map((path) => ({
  p: "@root",
  call: "stat",
  path,
}));

export const OVERLAY_WORLDS: fc.Arbitrary<RandomWorld> = fc
  .record({
    files: FILES,
    procs: fc.tuple(taskNamed("p"), taskNamed("q")),
    layers: mounted,
    op: fc.array(steps, { minLength: 6, maxLength: 16 }),
  })
  .map(({ files, procs, layers, op }) => ({
    setup: { ns: NAMESPACES, fs: FILESYSTEMS, mounts: MOUNTS, files, procs },
    op: [
      { p: "@root", call: "mount_overlay", ...layers, attach: "z" },
      ...(/:(up|low)$/.test(layers.upper) &&
      layers.lower.endsWith("low") &&
      layers.upper.slice(0, -2) === layers.work.slice(0, -2) &&
      !layers.upper.startsWith("ru")
        ? [...op, ...AFTER]
        : []),
      ...LAYERS,
    ],
  }));
