import { type AccessTable, type AccessUser, COVERED_FLAGS, INODE_BITS } from "../core/access.ts";
import { NO_ID } from "../core/id.ts";
import type { Cred } from "./cred.ts";
import { hasUnmappedId } from "./inode-permission.ts";
import { isNsCapable } from "./ns-capable.ts";
import { genericPermission, MAY, type Protected } from "./permission.ts";
import { mapOf, outOfKernel } from "./routes.ts";
import type { HasTranslators } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/*
 * Permission over many inodes at once: what inode_permission says of each, by columns of an engine. Ids are classical
 * and ids of processes, as on every kernel without isolated namespaces and fsid mappings.
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

/** Rows that are looked at together: their ids are translated by one call of the engine. */
const STEP = 16_384;

/**
 * Mark the inodes of a table by their owners, which are kernel ids as they are seen through the mount: those that nobody
 * writes to, for an owner has no value there, and those over which capabilities held in each namespace count.
 *
 * What it was marked before is forgotten.
 *
 * @param namespaces  at most four: the flag of each is its place
 */
export function markOwners(world: HasTranslators, table: AccessTable, namespaces: readonly UserNamespace[]): void {
  if (namespaces.length > COVERED_FLAGS) throw new Error(`${namespaces.length} namespaces for ${COVERED_FLAGS} flags`);
  const routes = namespaces.map((ns) => {
    const routeOf = <K extends OwnerKind>(kind: K) => world.translators.of(outOfKernel([mapOf(ns, kind)], "checked"));
    return { uids: routeOf("uid"), gids: routeOf("gid") };
  });
  const [insideUids, insideGids, marks] = [new Uint32Array(STEP), new Uint32Array(STEP), new Uint16Array(STEP)];
  for (let from = 0; from < table.length; from += STEP) {
    const to = Math.min(from + STEP, table.length);
    const rows = to - from;
    for (const [index, { uids, gids }] of routes.entries()) {
      // Copies: the engine may take memory while it translates, and views of it do not outlive that.
      insideUids.set(table.view().uids.subarray(from, to));
      insideGids.set(table.view().gids.subarray(from, to));
      uids.ids(insideUids.subarray(0, rows));
      gids.ids(insideGids.subarray(0, rows));
      const flag = INODE_BITS.covered << index;
      for (let row = 0; row < rows; row++)
        if (insideUids[row] !== NO_ID && insideGids[row] !== NO_ID) marks[row] = (marks[row] ?? 0) | flag;
    }
    const { uids, gids, bits } = table.view();
    for (let row = from; row < to; row++) {
      const sealed = uids[row] === NO_ID || gids[row] === NO_ID ? INODE_BITS.sealed : 0;
      bits[row] = ((bits[row] ?? 0) & OWN_BITS) | (marks[row - from] ?? 0) | sealed;
    }
    marks.fill(0);
  }
}

/**
 * A task as a table is asked for it.
 *
 * @param namespaces  those that the table was marked for; that of the task is among them where it has capabilities
 */
export function accessUser(cred: Cred, namespaces: readonly UserNamespace[]): AccessUser {
  const { uid, gid, groups, userNs } = cred;
  const holds = (name: "dac_override" | "dac_read_search") => isNsCapable(cred, userNs, name);
  const passes = holds("dac_override") ? "all" : holds("dac_read_search") ? "search" : "nothing";
  const place = namespaces.indexOf(userNs);
  if (place < 0 && passes !== "nothing") throw new Error(`the table is not marked for ${userNs.name}`);
  const gids = [gid.fs, ...groups].map(({ id }): number => id);
  return { uid: uid.fs.id, gids, passes, covered: Math.max(place, 0) };
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
