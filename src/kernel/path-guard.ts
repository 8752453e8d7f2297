import type { Kuid64 } from "../core/kuid64.ts";
import type { Mount, Path } from "./mount.ts";
import type { Task } from "./task.ts";
import { allow, type Verdict } from "./verdict.ts";

/**
 * What a security module is asked on paths: `security_path_mkdir`, `_mknod`, `_symlink`, `_link` and `_chown`. It can
 * refuse what the rules of Linux would allow, and is asked before them. The kernel has none of its own: policy hands
 * one in, as a service loads a BPF program.
 */
export interface PathGuard {
  /** May the task make something in a directory of the mount, or give a file another name there? */
  mayCreate(task: Task, mount: Mount): Verdict;
  /**
   * May the task give a file away?
   *
   * @param owners  the ids that the inode would hold; one that stays is left out
   */
  mayChown(task: Task, path: Path, owners: { readonly uid?: Kuid64<"uid">; readonly gid?: Kuid64<"gid"> }): Verdict;
}

/** A world, as far as its guard goes. */
interface Guarded {
  readonly pathGuard: PathGuard | null;
}

/** Does the guard let something be made on the mount? Yes where there is none. */
export function guardsCreate({ pathGuard }: Guarded, task: Task, mount: Mount): Verdict {
  return pathGuard?.mayCreate(task, mount) ?? allow();
}
