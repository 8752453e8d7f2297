import type { Inode } from "./inode.ts";
import type { OwnedNamespace } from "./owned-namespace.ts";

/** What a task takes for the root of the hierarchy. */
export interface CgroupNamespace extends OwnedNamespace {
  /** null: the root of all. */
  readonly root: Inode | null;
}
