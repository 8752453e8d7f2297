/** Random keys and keyrings, handed around between users of namespaces that end with their world. */
import fc from "fast-check";
import type { RandomWorld } from "./random.ts";

const among = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const NAMESPACES = [
  {
    name: "A",
    parent: "init",
    owner: [7100, 7100],
    uid_map: [
      [0, 7100, 50],
      [60, 7200, 10],
    ],
    gid_map: [[0, 7150, 50]],
  },
  { name: "B", parent: "A", owner: [7101, 7151], uid_map: [[0, 1, 20]], gid_map: [[0, 1, 20]] },
];
/** No task is of the initial namespace, where the keyrings of a user outlive them. */
const PROCS = [
  { name: "root", ns: "A", uid: 7100, gid: 7150, caps: "all" },
  { name: "own", ns: "A", uid: [7102, 7103, 7104, 7105], gid: [7152, 7153, 7154, 7155], groups: [7160] },
  { name: "fs", ns: "A", uid: [7106, 7107, 7107, 7102], gid: [7152, 7157, 7157, 7155] },
  { name: "grp", ns: "A", uid: 7108, gid: 7158, groups: [7155] },
  { name: "deep", ns: "B", uid: [7102, 7104, 7102, 7105], gid: 7155, caps: ["setuid"] },
  { name: "lost", ns: "A", uid: 7300, gid: 7300 },
];
const SOME_IDS = [null, 0, 1, 2, 3, 4, 5, 6, 10, 60, 99];

const CHILDREN = ["c", "d"];

const p = among(...PROCS.map(({ name }) => name), ...CHILDREN);
const ring = among("@t", "@p", "@s", "@u", "@us", "r0", "r1", "r2", "s0", "p0");
const key = fc.oneof(among("k0", "k1", "k2", "f0"), ring);
const rights = among("3f", "01", "02", "03", "08", "0b", "10", "1b", "20", "04", "00");
const id = among(...SOME_IDS);
const call = <T>(name: string, args: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record({ p, call: fc.constant(name), ...args });

const step = fc.oneof(
  { weight: 4, arbitrary: call("add_key", { key: among("k0", "k1", "k2"), ring, bytes: among(1, 5, 40, 6600) }) },
  { weight: 4, arbitrary: call("add_key", { key: among("r0", "r1", "r2"), type: fc.constant("keyring"), ring }) },
  { weight: 3, arbitrary: call("key_describe", { key }) },
  { weight: 3, arbitrary: call("key_read", { key }) },
  { weight: 2, arbitrary: call("key_search", { ring, description: among("k0", "k1", "k2"), as: fc.constant("f0") }) },
  call("key_search", { ring, description: among("k0", "k1"), into: ring }),
  call("key_search", { ring, description: among("r0", "r1", "_uid.2", "_ses"), type: fc.constant("keyring") }),
  { weight: 2, arbitrary: call("key_link", { key, ring }) },
  call("key_unlink", { key, ring }),
  call("key_listed", { key: among("k0", "k1", "k2", "r0", "r1", "s0", "p0") }),
  call("key_chown", { key, uid: id, gid: id }),
  {
    weight: 3,
    arbitrary: call("key_setperm", { key, perm: fc.tuple(rights, rights, rights, rights).map((all) => all.join("")) }),
  },
  call("key_get_persistent", { uid: id, ring, as: fc.constant("p0") }),
  call("key_join_session", { as: fc.constant("s0") }),
  call("key_join_session", { name: among("n", "m", "_uid.2", "_uid_ses.2", ".n", ""), as: fc.constant("s0") }),
  call("setresuid", { r: among(2, 3, 6, 4294967295), e: among(2, 3, 6), s: among(2, 3, 4294967295) }),
  call("setfsuid", { uid: among(2, 3, 5, 6) }),
  { weight: 2, arbitrary: call("fork", { as: among(...CHILDREN) }) },
  call("unshare_user", {}),
);

export const KEY_WORLDS: fc.Arbitrary<RandomWorld> = fc
  .array(step, { minLength: 8, maxLength: 30 })
  .map((op) => ({ setup: { ns: NAMESPACES, procs: PROCS }, op: possible(op) }));

/** Without the steps of children that are not there yet, and those that make a child a second time. */
function possible<T extends { readonly p: string; readonly call: string }>(op: readonly T[]): readonly T[] {
  const names = new Set<unknown>(PROCS.map(({ name }) => name));
  return op.filter((one) => {
    if (!names.has(one.p)) return false;
    if (one.call !== "fork" || !("as" in one)) return true;
    if (names.has(one.as)) return false;
    names.add(one.as);
    return true;
  });
}
