/** What stat shows a task for every inode, asked in one call of the engine, is what it shows one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { idMap } from "../../src/core/index.ts";
import { createWorld, freeWorld, shownInodeOwners } from "../../src/kernel/index.ts";
import { Inode } from "../../src/kernel/inode.ts";
import { NO_FLAGS, type Superblock } from "../../src/kernel/mount.ts";
import { statInode } from "../../src/kernel/stat.ts";
import type { UserNamespace } from "../../src/kernel/user-namespace.ts";
import { maps } from "../core/arbitraries.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const id = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const owners = fc.array(fc.tuple(id, id), { minLength: 1, maxLength: 60 });
const cases = fc.record({
  reader: maps,
  filesystem: maps,
  mount: fc.option(maps),
  owners,
  /** The number of the reader's namespace and of some of the ids: an isolated namespace sees its own. */
  number: fc.constantFrom(0, 7),
});

for (const engine of ENGINES)
  test(`stat of all inodes at once is stat of each, on ${engine.name}`, () => {
    fc.assert(
      fc.property(cases, ({ reader, filesystem, mount, owners, number }) => {
        const world = createWorld(engine);
        const namespace = (name: string, map: typeof reader, own: number): UserNamespace => ({
          ...world.initUserNs,
          name,
          number: own,
          maps: { ...world.initUserNs.maps, uid: idMap<"uid">(map.extents), gid: idMap<"gid">(map.extents) },
        });
        const userNs = namespace("reader", reader, number);
        const superblock: Superblock = {
          name: "f",
          type: "tmpfs",
          userNs: namespace("owner", filesystem, 0),
          isReadOnly: false,
        };
        const inodes = owners.map(
          ([uid, gid], index) =>
            new Inode(world.inodeColumns, {
              superblock,
              type: "file",
              mode: 0o644,
              uid: { id: uid, number: index % 2 === 0 ? 0 : number },
              gid: { id: gid, number: index % 3 === 0 ? number : 0 },
            }),
        );
        const [root] = inodes;
        const task = world.tasks.get("@root");
        assert.ok(root && task);
        const idmap = mount && {
          name: "M",
          number: 0,
          maps: { uid: idMap<"uid">(mount.extents), gid: idMap<"gid">(mount.extents) },
        };
        const seen = { ...NO_FLAGS, name: "m", superblock, root, idmap };
        const cred = { ...task.cred, userNs };
        const uids = shownInodeOwners(world, cred, seen, "uid");
        const gids = shownInodeOwners(world, cred, seen, "gid");
        for (const inode of inodes) {
          const { uid, gid } = statInode(world, userNs, seen, inode);
          assert.deepEqual([uids[inode.row], gids[inode.row]], [uid, gid]);
        }
        freeWorld(world);
      }),
      { numRuns: 60 },
    );
  });
