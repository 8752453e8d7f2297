/** What tasks may do with many inodes, asked in one call of the engine, is what inode_permission says of each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CLASSICAL, idMap, type Kuid64, type NamespaceNumber, NO_ID, RIGHT } from "../../src/core/index.ts";
import {
  type AclEntry,
  accessUser,
  type CredIds,
  type CredParts,
  capSet,
  childUserNamespace,
  createWorld,
  FULL_MACHINE,
  freeWorld,
  fsTable,
  inodeBits,
  inodePermission,
  LINUX,
  MAY,
  makeCred,
  markOwners,
  NO_CAPS,
  type OwnerKind,
  type PosixAcl,
  parseProfile,
  rightsOver,
  sameIds,
  seenThrough,
  tableNumbers,
} from "../../src/kernel/index.ts";
import { Inode, type Superblock } from "../../src/kernel/inode.ts";
import { NO_FLAGS } from "../../src/kernel/mount.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** Few ids, so that owners, members and maps meet; one that no map holds, and the one that is none. */
const id = fc.constantFrom(0, 1, 2, 3, 4, 5, 2 ** 31, NO_ID - 1);
const owner = fc.oneof({ weight: 8, arbitrary: id }, fc.constant(NO_ID));
const perm = fc.nat(7);
const named = fc.array(fc.tuple(id, perm), { maxLength: 3 });
const acl = fc.record({ users: named, groups: named, classes: fc.tuple(perm, perm, perm, perm) });
const inode = fc.record({
  uid: owner,
  gid: owner,
  /** Is the owner, is the group one of an isolated namespace? */
  isOwn: fc.tuple(fc.boolean(), fc.boolean()),
  mode: fc.nat(0o7777),
  isDirectory: fc.boolean(),
  acl: fc.option(acl, { freq: 3 }),
});
const task = fc.record({
  uid: id,
  gid: id,
  /** Those that files are compared with, where the kernel has fsid mappings. */
  fs: fc.tuple(id, id),
  groups: fc.array(id, { maxLength: 6 }),
  caps: fc.constantFrom(
    NO_CAPS,
    capSet(["dac_override"]),
    capSet(["dac_read_search"]),
    capSet(["dac_override", "dac_read_search", "chown"]),
    capSet(["fowner"]),
  ),
  namespace: fc.nat(3),
});
/** Kernels on which a task may be another to the same file. */
const PROFILES = ["", "+isolated", "+isolated=repaired", "+fsid=v1", "+fsid=v3", "+fsid", "+isolated+fsid=v3"].map(
  (given) => parseProfile(`${LINUX.name}${given}`),
);
/** The namespaces beside the initial one: how many ids from 0 each maps to itself. */
const cases = fc.record({
  profile: fc.constantFrom(...PROFILES),
  counts: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  inodes: fc.array(inode, { minLength: 1, maxLength: 40 }),
  tasks: fc.array(task, { minLength: 1, maxLength: 4 }),
});

interface AclDraft {
  readonly users: readonly (readonly [id: number, perm: number])[];
  readonly groups: AclDraft["users"];
  readonly classes: readonly [owner: number, group: number, mask: number, other: number];
}

const kid = (of: number, number: NamespaceNumber = CLASSICAL): Kuid64<never> => ({ id: of, number });

function entriesOf({ users, groups, classes: [own, group, mask, other] }: AclDraft): PosixAcl {
  const user = ([of, bits]: readonly [number, number]): AclEntry => ({ tag: "user", perm: bits, kid: kid(of) });
  const member = ([of, bits]: readonly [number, number]): AclEntry => ({ tag: "group", perm: bits, kid: kid(of) });
  return [
    { tag: "user_obj", perm: own },
    ...users.map(user),
    { tag: "group_obj", perm: group },
    ...groups.map(member),
    { tag: "mask", perm: mask },
    { tag: "other", perm: other },
  ];
}

for (const engine of ENGINES)
  test(`access to all inodes at once is access to each, on ${engine.name}`, () => {
    fc.assert(
      fc.property(cases, ({ profile, counts, inodes, tasks }) => {
        const world = createWorld(engine, FULL_MACHINE, profile);
        const { initUserNs } = world;
        const children = counts.map((count, index) => {
          const ns = childUserNamespace(world, initUserNs, `ns${index}`, initUserNs.owner, true);
          ns.maps.uid = idMap<"uid">([{ first: 0, lowerFirst: 0, count }]);
          ns.maps.gid = idMap<"gid">([{ first: 0, lowerFirst: 0, count: 7 - count }]);
          ns.fsMaps.uid = idMap<"uid">([{ first: 0, lowerFirst: 1, count }]);
          ns.fsMaps.gid = idMap<"gid">([{ first: 0, lowerFirst: 1, count: 7 - count }]);
          return ns;
        });
        const [, last] = children;
        assert.ok(last);
        last.isIsolated = profile.isolated !== null;
        const ownedBy = (of: number, isOwn: boolean) => kid(of, isOwn ? last.number : CLASSICAL);
        const numbers = tableNumbers();
        const namespaces = [initUserNs, ...children];
        const superblock: Superblock = { name: "f", type: "tmpfs", userNs: initUserNs, isReadOnly: false };
        const table = engine.accessTable(inodes.length);
        const paths = inodes.map((one, row) => {
          const made = new Inode(world.inodeColumns, {
            superblock,
            type: one.isDirectory ? "dir" : "file",
            mode: one.mode,
            uid: ownedBy(one.uid, one.isOwn[0]),
            gid: ownedBy(one.gid, one.isOwn[1]),
          });
          made.acls.access = one.acl && entriesOf(one.acl);
          const { uids, gids, bits } = table.view();
          [uids[row], gids[row]] = [numbers.uid.add(made.uid), numbers.gid.add(made.gid)];
          bits[row] = inodeBits({ ...one, hasAcl: one.acl !== null });
          return { inode: made, mount: { ...NO_FLAGS, name: "m", superblock, root: made, idmap: null } };
        });
        const looked = fsTable(world);
        markOwners(world, table, numbers, [last], looked);
        markOwners(world, table, numbers, namespaces, looked);
        const base = world.tasks.get("@root")?.cred;
        assert.ok(base);
        const creds = tasks.map(({ uid, gid, fs, groups, caps, namespace }) => {
          const userNs = namespaces[namespace] ?? initUserNs;
          const of = (one: number) => kid(one, userNs.number);
          const asFiles = <K extends OwnerKind>(one: number): Partial<CredIds<K>> =>
            profile.fsid === null ? {} : { fs: kid(one, userNs.number) };
          const parts: CredParts = {
            ...base,
            uid: { ...sameIds<"uid">(of(uid)), ...asFiles<"uid">(fs[0]) },
            gid: { ...sameIds<"gid">(of(gid)), ...asFiles<"gid">(fs[1]) },
            groups: groups.map(of),
            effective: caps,
            userNs,
          };
          return makeCred(world.credColumns, parts);
        });
        const users = creds.map((cred) => accessUser(world, cred, numbers, namespaces, looked));
        const answers = table.ask(users).map((bytes) => bytes.slice());
        for (const [index, cred] of creds.entries())
          for (const [row, path] of paths.entries()) {
            const byte = answers[index]?.[row] ?? 0;
            const isAclAsked = (byte & RIGHT.acl) !== 0;
            const rights = isAclAsked ? rightsOver(world, cred, seenThrough(world, path)) : byte;
            for (const mask of Object.values(MAY))
              assert.equal(
                (rights & mask) !== 0,
                inodePermission(world, cred, path, mask).ok,
                `row ${row}, mask ${mask}`,
              );
            if (isAclAsked) assert.ok(path.inode.acls.access, "only an ACL is asked one by one");
          }
        table.free();
        freeWorld(world);
      }),
      { numRuns: 300 },
    );
  });

test("rights of access(2), bits of the model and bits of a table are the same numbers", () => {
  assert.deepEqual([RIGHT.execute, RIGHT.write, RIGHT.read], [MAY.exec, MAY.write, MAY.read]);
});
