import type { Inode } from "./inode.ts";
import type { UserNamespace } from "./user-namespace.ts";

/** What a task takes for the root of the hierarchy. */
export interface CgroupNamespace {
  readonly userNs: UserNamespace;
  /** null: the root of all. */
  readonly root: Inode | null;
}
