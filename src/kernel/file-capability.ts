import type { UserId } from "../core/id.ts";
import type { CapSet } from "./capability.ts";
import type { Inode } from "./inode.ts";

/**
 * What `security.capability` holds.
 *
 * @source capabilities(7), File capabilities, and Namespaced file capabilities
 */
export interface FileCapability {
  /** With 3 it counts only where {@link rootId} is root. */
  readonly version: 2 | 3;
  /** Are the new capabilities effective at once? */
  readonly isEffective: boolean;
  readonly permitted: CapSet;
  readonly inheritable: CapSet;
  /** As on the disk: an id inside the namespace that owns the superblock. 0 with version 2. */
  readonly rootId: UserId<"uid">;
}

/**
 * Drop a file's capabilities: `cap_inode_killpriv`. A change of owner, a write and a truncation that were permitted do
 * it, whoever makes them; directories are not asked.
 *
 * @source capabilities(7); vectors/linux-6.18/4_acl_fcap.json (tag fcap-kill)
 */
export function killFileCapability(inode: Inode): void {
  inode.capability = null;
}
