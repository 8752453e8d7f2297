/** Random file systems, mounts plain and idmapped, files with ACLs and capabilities, and calls on them. */
import fc from "fast-check";
import type { RandomWorld } from "./random.ts";

/** What may follow the last name of a path. */
export const ENDINGS = ["/", "//", "/.", "/..", "/./", "/../"];
/** A byte too long for a name, and just not. */
export const LONG_NAMES = ["n".repeat(256), "n".repeat(255)];

/** In A, in B below it, in C where nothing of theirs is mapped, and where none maps anything. */
const IDS = [0, 1, 5, 1000, 100000, 100001, 100005, 101000, 200000, 300000];
/** Ids as a process of some namespace writes them: those again, small ones, none. */
const WRITTEN = [...IDS, 7, 4294967295];

const A_RANGE = [[0, 100000, 2000]];
const NAMESPACES = [
  { name: "A", parent: "init", owner: [1000, 1000], uid_map: A_RANGE, gid_map: A_RANGE },
  { name: "B", parent: "A", owner: [100005, 100005], uid_map: [[0, 5, 5]], gid_map: [[0, 5, 5]] },
  { name: "C", parent: "init", owner: [0, 0], uid_map: [[0, 200000, 2000]], gid_map: [[0, 200000, 2000]] },
  // Users and groups part ways: a file may have an owner and no group.
  {
    name: "I",
    parent: "init",
    owner: [0, 0],
    uid_map: [
      [0, 1000, 1],
      [1, 100001, 10],
      [1000, 0, 1],
    ],
    gid_map: [
      [0, 100000, 6],
      [1000, 1000, 1],
    ],
  },
];

const FILESYSTEMS = [
  { name: "d", type: "tmpfs" },
  { name: "s", type: "tmpfs", user_ns: "A", root: { uid: 100000, gid: 100000, mode: "0777" } },
];
const MOUNTS = [
  { name: "a", fs: "d", idmap: "A" },
  { name: "i", fs: "d", idmap: "I" },
  { name: "c", fs: "s", idmap: "C" },
  { name: "r", fs: "d", flags: ["ro"] },
  { name: "n", fs: "d", idmap: "A", flags: ["nosuid"] },
];
const D_MOUNTS = ["d", "a", "i", "r", "n"];
const S_MOUNTS = ["s", "c"];

const CAPS = [
  "chown",
  "dac_override",
  "dac_read_search",
  "fowner",
  "fsetid",
  "mknod",
  "setfcap",
  "setgid",
  "setpcap",
  "setuid",
  "sys_admin",
];
const FILE_CAPS = ["chown", "kill", "net_raw", "setuid"];
const HELD = [...CAPS, ...FILE_CAPS.filter((name) => !CAPS.includes(name))];

const often = <T, U>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: other });
const among = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const mode = fc
  .tuple(
    often(among("0"), among("1", "2", "3", "4", "6", "7")),
    among("777", "755", "750", "700", "640", "066", "077", "707", "000", "444", "311", "070", "710", "772"),
  )
  .map((parts) => parts.join(""));
const perm = fc.integer({ min: 0, max: 7 });

/** Entries in order, named ones with a mask. */
const aclOf = (id: fc.Arbitrary<number>) =>
  fc
    .record({
      classes: fc.tuple(perm, perm, perm),
      users: fc.array(fc.tuple(id, perm), { maxLength: 2 }),
      groups: fc.array(fc.tuple(id, perm), { maxLength: 2 }),
      mask: fc.option(perm),
    })
    .map(({ classes: [owner, group, other], users, groups, mask }) => [
      ["user_obj", null, owner],
      ...users.map(([id, bits]) => ["user", id, bits]),
      ["group_obj", null, group],
      ...groups.map(([id, bits]) => ["group", id, bits]),
      ...(mask !== null || users.length + groups.length > 0 ? [["mask", null, mask ?? 7]] : []),
      ["other", null, other],
    ]);
const fcapOf = (id: fc.Arbitrary<number>) =>
  fc
    .record({
      v: among(2, 3),
      eff: fc.boolean(),
      perm: fc.subarray(FILE_CAPS),
      inh: fc.subarray(FILE_CAPS),
      rootid: id,
    })
    .map(({ rootid, ...held }) => (held.v === 3 ? { ...held, rootid } : held));

/** A root id as the file system keeps it: a number of the namespace that owns it. */
const rootIn = (fs: string) => (fs === "d" ? among(...IDS) : among(0, 1, 5, 1000));
/** An owner that the file system can hold. */
const ownerIn = (fs: string) => (fs === "d" ? among(...IDS) : among(100000, 100001, 100005, 101000));

const ownedIn = (fs: string, path: string) => ({
  fs: fc.constant(fs),
  path: fc.constant(path),
  uid: ownerIn(fs),
  gid: ownerIn(fs),
  mode,
  acl: aclOf(ownerIn(fs)),
});
const directory = (fs: string, name: string) =>
  fc.record(
    {
      ...ownedIn(fs, name),
      type: fc.constant("dir"),
      acl_default: aclOf(ownerIn(fs)),
    },
    { requiredKeys: ["fs", "path", "type", "uid", "gid", "mode"] },
  );
const file = (fs: string, path: string) =>
  fc.record(
    {
      ...ownedIn(fs, path),
      type: fc.constant("exe"),
      fcap: fcapOf(rootIn(fs)),
    },
    { requiredKeys: ["fs", "path", "type", "uid", "gid", "mode"] },
  );
/** Where a symbolic link below e leads. */
const target = among("f", "f/", "h", "h/", "h/.", "..", "../k/", "new", "new/", "g", LONG_NAMES[0]);
const other = (fs: string, path: string) =>
  fc
    .record({ type: among("file", "fifo", "symlink"), uid: ownerIn(fs), gid: ownerIn(fs), mode, target })
    .map(({ type, mode, target, ...owner }) => ({
      fs,
      path,
      type,
      ...owner,
      ...(type === "symlink" ? { target } : { mode }),
    }));

const filesOf = (fs: string) =>
  fc.tuple(
    directory(fs, "e"),
    file(fs, "e/f"),
    other(fs, "e/g"),
    directory(fs, "e/h"),
    directory(fs, "k"),
    file(fs, "f"),
  );

const sets = fc
  .record({ perm: fc.subarray(HELD), inh: fc.subarray(FILE_CAPS), bset: often(fc.constant(null), fc.subarray(HELD)) })
  .chain(({ perm, inh, bset }) =>
    fc.record({
      perm: fc.constant(perm),
      eff: often(fc.constant(perm), fc.subarray(perm)),
      inh: fc.constant(inh),
      amb: fc.subarray(perm.filter((name) => inh.includes(name))),
      ...(bset === null ? {} : { bset: fc.constant(bset) }),
    }),
  );
const caps = often(fc.constant({ eff: [], perm: [], inh: [], amb: [] }), sets);

const id = among(...IDS);
const taskNamed = (name: string) =>
  fc.record({
    name: fc.constant(name),
    ns: among("init", "A", "B", "C", "I"),
    uid: often(id, fc.tuple(id, id, id, id)),
    gid: often(id, fc.tuple(id, id, id, id)),
    groups: fc.subarray(IDS, { maxLength: 2 }),
    caps: fc.oneof(caps, sets),
    securebits: often(fc.constant([]), fc.subarray(["noroot", "no_setuid_fixup", "keep_caps"])),
    nnp: often(fc.constant(0), fc.constant(1)),
    umask: among("0000", "0022", "0077", "0007"),
  });

const p = among("p", "q");
const NAMES = ["f", "e", "e/f", "e/g", "e/h", "k", "e/new", "k/new", "e/h/new", "e/f/x", "e/f", "e/g"];
const plainName = among(...NAMES);
const endingName = fc.tuple(plainName, among(...ENDINGS)).map((parts) => parts.join(""));
const longName = fc.tuple(among("", "e/", "e/f/"), among(...LONG_NAMES)).map((parts) => parts.join(""));
const name = fc.oneof(
  { weight: 12, arbitrary: plainName },
  { weight: 4, arbitrary: endingName },
  { weight: 1, arbitrary: longName },
  { weight: 1, arbitrary: among("", "/", ".", "./", "e/g/new", "e/g/f") },
);
const mount = often(among(...D_MOUNTS), among(...S_MOUNTS));
const path = fc.tuple(mount, name).map((parts) => parts.join(":"));
/** Two names, mostly of one mount. */
const twoPaths = fc
  .tuple(mount, name, name, often(fc.constant(null), mount))
  .map(([at, from, to, elsewhere]) => ({ path: `${at}:${from}`, to: `${elsewhere ?? at}:${to}` }));
const written = among(...WRITTEN);
const type = among("access", "default");

/** A step of a call: the task, and its arguments; those named last may be left out. */
const step = (
  call: string,
  args: { readonly [key: string]: fc.Arbitrary<unknown> } = {},
  ...optional: readonly string[]
) =>
  fc
    .record(args, { requiredKeys: Object.keys(args).filter((key) => !optional.includes(key)) })
    .chain((rest) => p.map((task) => ({ p: task, call, ...rest })));

const FLAGS = ["creat", "excl", "trunc", "append", "noatime", "nonblock"];
const FILE_STEPS = [
  step("stat", { path }),
  step("open", {
    path,
    acc: among("r", "w", "rw"),
    mode,
    flags: often(fc.subarray(FLAGS), fc.subarray([...FLAGS, "directory", "nofollow"])),
  }),
  step("open", {
    path: fc.tuple(mount, among("e", "k/", "e/h", "e/g", "e/g/")).map((parts) => parts.join(":")),
    acc: among("w", "rw"),
    mode,
    flags: fc.subarray(["excl", "trunc", "directory", "nofollow"]).map((more) => ["tmpfile", ...more]),
  }),
  step("write", { path: fc.tuple(mount, among("f", "e/f", "e/f/", "e/g/")).map((parts) => parts.join(":")) }),
  step("truncate", { path, size: among(0, 3, -1) }),
  step("readdir", { path }),
  step("access", { path, mode: among("r", "w", "x", "rw", "rx", "wx", "rwx"), eff: fc.boolean() }),
  step("mkdir", { path, mode }),
  step("mknod", { path, type: among("file", "fifo", "sock", "chr", "blk"), mode, dev: among(0, 259) }),
  step("symlink", {
    path,
    target: often(among("f", "g", "../f"), among("", "h/", "f/", "new/", "n".repeat(4095), "n".repeat(4096))),
  }),
  step("link", {}).chain((base) => twoPaths.map((paths) => ({ ...base, ...paths }))),
  step("unlink", { path }),
  step("rmdir", { path }),
  step("rename", { how: among("noreplace", "exchange", "whiteout") }, "how").chain((base) =>
    twoPaths.map((paths) => ({ ...base, ...paths })),
  ),
  step("chmod", { path, mode }),
  step("chown", { path, uid: fc.option(written), gid: fc.option(written) }),
  step("utimens", {
    path,
    how: among("null", "now", "set", "atime_now_mtime_omit", "atime_now_mtime_set", "both_omit"),
  }),
];
const ATTRIBUTE_STEPS = [
  step("acl_set", { path, acl: aclOf(written), type }),
  step("acl_get", { path, type }),
  step("acl_remove", { path, type }),
  step("fcap_set", { path, fcap: fcapOf(written) }),
  step("fcap_get", { path }),
  step("fcap_remove", { path }),
  step("setxattr", {
    path,
    name: among("user.x", "trusted.x", "security.x", "", `user.${LONG_NAMES[1]}`),
    value: fc.constant("v"),
  }),
  step("getxattr", { path, name: among("user.x", "trusted.x", "security.x") }),
  step("removexattr", { path, name: among("user.x", "trusted.x", "security.x") }),
];
const capList = fc.subarray(HELD);
const program = fc.tuple(mount, often(among("f", "e/f"), among("e/g", "e/g/", "f/"))).map((parts) => parts.join(":"));
const CRED_STEPS = [
  step("exec", { path: program }),
  step("open", { path: program, acc: among("r", "w"), flags: fc.subarray(["trunc", "creat", "nonblock"]) }),
  step("truncate", { path: program, size: among(0, 3) }),
  step("write", { path: program }),
  step("setuid", { uid: written }),
  step("setgid", { gid: written }),
  step("setreuid", { r: written, e: written }),
  step("setregid", { r: written, e: written }),
  step("setresuid", { r: written, e: written, s: written }),
  step("setresgid", { r: written, e: written, s: written }),
  step("setfsuid", { uid: written }),
  step("setfsgid", { gid: written }),
  step("setgroups", { groups: fc.subarray(WRITTEN, { maxLength: 3 }) }),
  step("capset", { eff: capList, perm: capList, inh: capList }),
  step("prctl", { op: fc.constant("securebits"), bits: fc.subarray(["noroot", "no_setuid_fixup", "keep_caps"]) }),
  step("prctl", { op: among("nnp", "get_securebits", "get_dumpable") }),
  step("prctl", { op: among("ambient_raise", "bset_drop"), cap: among(...HELD) }),
  step("unshare", { flags: fc.constant(["user"]) }),
  step("setns", { ns: among("init", "A", "B", "C", "I") }),
];
const creds = step("creds");

/** What the files are afterwards, as root sees them. */
const AFTER = [
  "d:f",
  "d:e",
  "d:e/f",
  "d:e/g",
  "d:e/h",
  "d:k",
  "d:e/new",
  "d:k/new",
  "s:f",
  "s:e",
  "s:e/f",
  "s:e/g",
  "s:k/new",
  "s:e/new",
].flatMap((path) => [
  { p: "@root", call: "stat", path },
  { p: "@root", call: "acl_get", path },
  { p: "@root", call: "fcap_get", path },
]);

const worldsOf = (
  ...steps: readonly fc.Arbitrary<{ readonly p: string; readonly call: string }>[]
): fc.Arbitrary<RandomWorld> =>
  fc
    .record({
      files: fc.tuple(filesOf("d"), filesOf("s")),
      procs: fc.tuple(taskNamed("p"), taskNamed("q")),
      op: fc.array(fc.oneof(...steps), { minLength: 8, maxLength: 24 }),
    })
    .map(({ files, procs, op }) => ({
      setup: { ns: NAMESPACES, fs: FILESYSTEMS, mounts: MOUNTS, files: files.flat(), procs },
      op: [...op, ...AFTER],
    }));

/** Files: permissions, creation, owners, ACLs, attributes. */
export const FILE_WORLDS = worldsOf(...FILE_STEPS, ...ATTRIBUTE_STEPS);
/** Programs, and the credentials that they are run with. */
export const EXEC_WORLDS = worldsOf(...CRED_STEPS, ...CRED_STEPS.slice(0, 1), creds, creds);
