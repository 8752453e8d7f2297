import type { Cred } from "./cred.ts";
import { ownerTable } from "./fsid-map.ts";
import { readerMap } from "./isolated.ts";
import { mountView } from "./mnt-idmapping.ts";
import type { Mount } from "./mount.ts";
import { shownRoute } from "./routes.ts";
import type { OwnerKind } from "./user-namespace.ts";
import type { World } from "./world.ts";

/*
 * Questions about every id of a kind at once: one call of the engine each, over the column that the ids live in, by
 * the same routes that answer them one by one.
 */

/**
 * What stat(2) would show a task for every inode of the world, were all of them reached through this mount.
 *
 * @returns one id an inode, at its {@link Inode.row}
 */
export function shownInodeOwners(world: World, { userNs }: Cred, mount: Mount, kind: OwnerKind): Uint32Array {
  const numbers = world.numbers.everGiven();
  const caller = [readerMap(world, userNs, kind, numbers, ownerTable(mount.superblock))];
  const route = shownRoute({ ...mountView(world, mount, kind, numbers), caller });
  return idsOnly(world.inodeColumns[kind].translate(world.translators.of(route)));
}

/** The id halves of packed 64-bit ids. */
function idsOnly(packed: Uint32Array): Uint32Array {
  return packed.filter((_, index) => index % 2 === 0);
}
