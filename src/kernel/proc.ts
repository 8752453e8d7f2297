import { CLASSICAL, isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import type { Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import type { OwnerIds, OwnerKind } from "./user-namespace.ts";
import type { World } from "./world.ts";

/**
 * Who owns the files in a task's /proc directory: its effective ids; for a task that is not dumpable, root of the
 * namespace that owns its memory, or global root where that has none.
 *
 * The directory itself and `task` always keep the effective ids.
 *
 * @source proc(5), /proc/pid; vectors/linux-6.18/6_privilege.json (tag procstat)
 */
export function procOwner(world: World, task: Task): OwnerIds {
  const { cred } = task;
  if (task.dumpable === 1) return { uid: cred.uid.effective, gid: cred.gid.effective };
  return { uid: rootOf(world, task, "uid"), gid: rootOf(world, task, "gid") };
}

function rootOf<K extends OwnerKind>(world: World, task: Task, kind: K): Kuid64<K> {
  const root = makeKid(world, task.mmNs, kind, 0);
  return isValidKuid64(root) ? root : { id: 0, number: CLASSICAL };
}
