import { type AccessTable, type AccessUser, COVERED_FLAGS, INODE_BITS } from "../core/access.ts";
import { isValidKuid64 } from "../core/kuid64.ts";
import type { Cred } from "./cred.ts";
import { fileUser } from "./file-user.ts";
import type { OwnerTable } from "./fsid-map.ts";
import { hasUnmappedId } from "./inode-permission.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { OwnerNumbers, TableNumbers } from "./owner-numbers.ts";
import { genericPermission, isCovered, MAY, type Protected } from "./permission.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/*
 * Permission over many inodes at once: what inode_permission says of each, by columns of an engine. What a rule says of an
 * owner is asked once an id, however many inodes it owns.
 */

/** What the bits of a table hold of an inode by itself; its owners add more: {@link markOwners}. */
export function inodeBits(inode: { readonly mode: number; readonly isDirectory: boolean; readonly hasAcl: boolean }) {
  // acl_permission_check: an ACL is asked only where the group digit of the mode, its mask, is not 0.
  const isAclAsked = inode.hasAcl && (inode.mode & 0o070) !== 0;
  const directory = inode.isDirectory ? INODE_BITS.directory : 0;
  return (inode.mode & 0o777) | directory | (isAclAsked ? INODE_BITS.acl : 0);
}

/** What an inode has by itself, whoever owns it. */
const OWN_BITS = 0o777 | INODE_BITS.directory | INODE_BITS.acl;

/**
 * Mark the inodes of a table by their owners, as they are seen through the mount: those that nobody writes to, for an owner
 * has no value there, and those over which capabilities held in each namespace count.
 *
 * What it was marked before is forgotten.
 *
 * @param numbers     of the kernel ids that own the inodes: what the table's columns hold
 * @param namespaces  at most four: the flag of each is its place
 * @param ownerTable  where the owners are looked up
 */
export function markOwners(
  world: World,
  table: AccessTable,
  numbers: TableNumbers,
  namespaces: readonly UserNamespace[],
  ownerTable: OwnerTable,
): void {
  if (namespaces.length > COVERED_FLAGS) throw new Error(`${namespaces.length} namespaces for ${COVERED_FLAGS} flags`);
  const marks = {
    uid: marksOf(world, "uid", numbers.uid, namespaces, ownerTable),
    gid: marksOf(world, "gid", numbers.gid, namespaces, ownerTable),
  };
  const { uids, gids, bits } = table.view();
  for (let row = 0; row < table.length; row++) {
    const [uid, gid] = [marks.uid[uids[row] ?? 0] ?? 0, marks.gid[gids[row] ?? 0] ?? 0];
    // A capability counts where it does over both; one owner without a value is enough for nobody to write.
    bits[row] = ((bits[row] ?? 0) & OWN_BITS) | (uid & gid & ~INODE_BITS.sealed) | ((uid | gid) & INODE_BITS.sealed);
  }
}

/** The flags that each owner of a kind has by itself. */
function marksOf<K extends OwnerKind>(
  world: World,
  kind: K,
  { kids }: OwnerNumbers<K>,
  namespaces: readonly UserNamespace[],
  ownerTable: OwnerTable,
): Uint16Array {
  const covering = (kid: (typeof kids)[number]) =>
    namespaces.reduce((flags, userNs, place) => {
      return isCovered(world, { userNs }, kind, kid, ownerTable) ? flags | (INODE_BITS.covered << place) : flags;
    }, 0);
  return Uint16Array.from(kids, (kid) => (isValidKuid64(kid) ? covering(kid) : INODE_BITS.sealed));
}

/**
 * A task as a table is asked for it.
 *
 * @param numbers     of the table's owners
 * @param namespaces  those that the table was marked for; that of the task is among them where it has capabilities
 * @param ownerTable  where the owners are looked up
 */
export function accessUser(
  world: World,
  cred: Cred,
  numbers: TableNumbers,
  namespaces: readonly UserNamespace[],
  ownerTable: OwnerTable,
): AccessUser {
  const { userNs } = cred;
  const holds = (name: "dac_override" | "dac_read_search") => isNsCapable(cred, userNs, name);
  const passes = holds("dac_override") ? "all" : holds("dac_read_search") ? "search" : "nothing";
  const place = namespaces.indexOf(userNs);
  if (place < 0 && passes !== "nothing") throw new Error(`the table is not marked for ${userNs.name}`);
  const user = fileUser(world, cred, ownerTable, "permission");
  const gids = [...user.groups()].map((group) => numbers.gid.find(group));
  return { uid: numbers.uid.find(user.uid), gids, passes, covered: Math.max(place, 0) };
}

/**
 * What a task may do with one inode, each right asked for alone, by the rules themselves: where an ACL decides, a table
 * has no answer.
 *
 * @returns bits of {@link MAY}
 */
export function rightsOver(world: World, cred: Cred, file: Protected): number {
  const granted = Object.values(MAY).filter((mask) => {
    const isSealed = mask === MAY.write && hasUnmappedId(file);
    return !isSealed && genericPermission(world, cred, file, mask).ok;
  });
  return granted.reduce((sum, mask) => sum | mask, 0);
}
