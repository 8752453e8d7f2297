/** What tasks may do with many inodes, asked in one call of the engine, is what inode_permission says of each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CLASSICAL, idMap, type Kuid64, NO_ID, RIGHT } from "../../src/core/index.ts";
import {
  type AclEntry,
  accessUser,
  type CredParts,
  capSet,
  childUserNamespace,
  createWorld,
  freeWorld,
  inodeBits,
  inodePermission,
  MAY,
  makeCred,
  markOwners,
  NO_CAPS,
  type PosixAcl,
  rightsOver,
  sameIds,
  seenThrough,
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
  mode: fc.nat(0o7777),
  isDirectory: fc.boolean(),
  acl: fc.option(acl, { freq: 3 }),
});
const task = fc.record({
  uid: id,
  gid: id,
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
/** The namespaces beside the initial one: how many ids from 0 each maps to itself. */
const cases = fc.record({
  counts: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  inodes: fc.array(inode, { minLength: 1, maxLength: 40 }),
  tasks: fc.array(task, { minLength: 1, maxLength: 4 }),
});

interface AclDraft {
  readonly users: readonly (readonly [id: number, perm: number])[];
  readonly groups: AclDraft["users"];
  readonly classes: readonly [owner: number, group: number, mask: number, other: number];
}

const kid = (of: number): Kuid64<never> => ({ id: of, number: CLASSICAL });

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
      fc.property(cases, ({ counts, inodes, tasks }) => {
        const world = createWorld(engine);
        const { initUserNs } = world;
        const children = counts.map((count, index) => {
          const ns = childUserNamespace(world, initUserNs, `ns${index}`, initUserNs.owner, true);
          ns.maps.uid = idMap<"uid">([{ first: 0, lowerFirst: 0, count }]);
          ns.maps.gid = idMap<"gid">([{ first: 0, lowerFirst: 0, count: 7 - count }]);
          return ns;
        });
        const namespaces = [initUserNs, ...children];
        const superblock: Superblock = { name: "f", type: "tmpfs", userNs: initUserNs, isReadOnly: false };
        const table = engine.accessTable(inodes.length);
        const paths = inodes.map((one, row) => {
          const made = new Inode(world.inodeColumns, {
            superblock,
            type: one.isDirectory ? "dir" : "file",
            mode: one.mode,
            uid: kid(one.uid),
            gid: kid(one.gid),
          });
          made.acls.access = one.acl && entriesOf(one.acl);
          const { uids, gids, bits } = table.view();
          [uids[row], gids[row]] = [one.uid, one.gid];
          bits[row] = inodeBits({ ...one, hasAcl: one.acl !== null });
          return { inode: made, mount: { ...NO_FLAGS, name: "m", superblock, root: made, idmap: null } };
        });
        markOwners(world, table, [children[0] ?? initUserNs]);
        markOwners(world, table, namespaces);
        const base = world.tasks.get("@root")?.cred;
        assert.ok(base);
        const creds = tasks.map(({ uid, gid, groups, caps, namespace }) => {
          const parts: CredParts = {
            ...base,
            uid: sameIds<"uid">(kid(uid)),
            gid: sameIds<"gid">(kid(gid)),
            groups: groups.map((group) => kid(group)),
            effective: caps,
            userNs: namespaces[namespace] ?? initUserNs,
          };
          return makeCred(world.credColumns, parts);
        });
        const users = creds.map((cred) => accessUser(cred, namespaces));
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
      { numRuns: 150 },
    );
  });

test("rights of access(2), bits of the model and bits of a table are the same numbers", () => {
  assert.deepEqual([RIGHT.execute, RIGHT.write, RIGHT.read], [MAY.exec, MAY.write, MAY.read]);
});
