/** What stat shows a task for every inode, asked in one call of the engine, is what it shows one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { idMap } from "../../src/core/index.ts";
import {
  childUserNamespace,
  createWorld,
  freeWorld,
  ISOLATED,
  idmapOf,
  shownInodeOwners,
} from "../../src/kernel/index.ts";
import { Inode, type Superblock } from "../../src/kernel/inode.ts";
import { NO_FLAGS } from "../../src/kernel/mount.ts";
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
  /** Is the reader's namespace isolated, and that of the mount's idmap? Some of the ids are theirs. */
  isolated: fc.tuple(fc.boolean(), fc.boolean()),
  /** Does the initial namespace own the file system? */
  isInitial: fc.boolean(),
});

for (const engine of ENGINES)
  test(`stat of all inodes at once is stat of each, on ${engine.name}`, () => {
    fc.assert(
      fc.property(cases, ({ reader, filesystem, mount, owners, isolated, isInitial }) => {
        const world = createWorld(engine, undefined, ISOLATED);
        const { owner } = world.initUserNs;
        const namespace = (name: string, map: typeof reader, isIsolated: boolean): UserNamespace => {
          const ns = childUserNamespace(world, world.initUserNs, name, owner, true);
          ns.maps.uid = idMap<"uid">(map.extents);
          ns.maps.gid = idMap<"gid">(map.extents);
          ns.isIsolated = isIsolated;
          return ns;
        };
        const userNs = namespace("reader", reader, isolated[0]);
        const idmap = mount && idmapOf(namespace("M", mount, isolated[1]));
        const numbers = [0, userNs.number, idmap?.number ?? 0];
        const superblock: Superblock = {
          name: "f",
          type: "tmpfs",
          userNs: isInitial ? world.initUserNs : namespace("owner", filesystem, false),
          isReadOnly: false,
        };
        const inodes = owners.map(
          ([uid, gid], index) =>
            new Inode(world.inodeColumns, {
              superblock,
              type: "file",
              mode: 0o644,
              uid: { id: uid, number: numbers[index % 3] ?? 0 },
              gid: { id: gid, number: numbers[(index >> 1) % 3] ?? 0 },
            }),
        );
        const [root] = inodes;
        const task = world.tasks.get("@root");
        assert.ok(root && task);
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
