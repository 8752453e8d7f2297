import type { UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/**
 * Let go of the user namespaces that nothing refers to any more, and of their numbers: to be called when a task has
 * ended or a mount is gone.
 *
 * Tasks refer to a namespace, by their credentials, their other namespaces and their open files; so do file systems
 * that a living mount namespace has mounted, and child namespaces. Ids do not, wherever they are kept.
 */
export function reapNamespaces(world: World): void {
  const living = new Set<UserNamespace>();
  const keep = (ns: UserNamespace) => {
    for (let at: UserNamespace | null = ns; at && !living.has(at); at = at.parent) living.add(at);
  };
  const tasks = new Set([...world.tasks.values(), ...world.residents.values()]);
  for (const { cred, mountNs, utsNs, mapFiles } of tasks) {
    for (const ns of [cred.userNs, mountNs.userNs, utsNs.userNs]) keep(ns);
    for (const { ns, opener } of mapFiles.values()) {
      keep(ns);
      keep(opener.userNs);
    }
  }
  const mountNamespaces = new Set([...tasks].map(({ mountNs }) => mountNs));
  for (const { superblock, attachedIn } of world.mounts.values())
    if (!attachedIn || mountNamespaces.has(attachedIn)) keep(superblock.userNs);
  for (const ns of world.numbers.living()) if (!living.has(ns)) world.numbers.remove(ns);
}
