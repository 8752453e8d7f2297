import type { Superblock } from "./inode.ts";
import type { MountNamespace } from "./mount.ts";
import { otherNamespacesOf } from "./namespace-kind.ts";
import type { OwnedNamespace } from "./owned-namespace.ts";
import type { Socket } from "./socket.ts";
import type { Task } from "./task.ts";
import type { UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/**
 * Let go of the namespaces that nothing refers to any more, and of their numbers: to be called when a task has ended or
 * gone elsewhere, or a mount is gone. Those of other kinds than user live as long as a task is in them, or a procfs that
 * is mounted shows them.
 *
 * Tasks refer to a user namespace, by their credentials, their other namespaces, open files and sockets; so do file systems
 * that a living mount namespace has mounted, and child namespaces. Ids do not, wherever they are kept.
 *
 * @source user_namespaces(7): a namespace lives as long as a process or another namespace of it does; isolated user
 *         namespaces, 29d2f6c3, for ids; vectors/isolated/scenarios.json (F09, Z03, Z05)
 */
export function reapNamespaces(world: World): void {
  const living = new Set<UserNamespace>();
  for (const held of heldNamespaces(world))
    for (let ns: UserNamespace | null = held; ns && !living.has(ns); ns = ns.parent) living.add(ns);
  const tasks = livingTasks(world);
  world.numbers.keepOthers(new Set([...tasks].flatMap((task) => othersHeldBy(task).map(({ inum }) => inum))));
  for (const ns of world.numbers.living()) {
    if (living.has(ns)) continue;
    world.numbers.remove(ns);
    world.keyRegisters.delete(ns);
  }
}

function* heldNamespaces(world: World): Iterable<UserNamespace> {
  yield world.initUserNs;
  const tasks = livingTasks(world);
  for (const task of tasks) yield* heldBy(task);
}

function livingTasks({ tasks, residents }: World): ReadonlySet<Task> {
  return new Set([...tasks.values(), ...residents.values()]);
}

function* heldBy(task: Task): Iterable<UserNamespace> {
  const { cred, mmNs, mountNs, isZombie, mapFiles, files, sockets } = task;
  yield cred.userNs;
  for (const { userNs } of otherNamespacesOf(task)) yield userNs;
  if (!isZombie) {
    yield mmNs;
    yield* heldByMounts(mountNs);
  }
  for (const { ns, opener } of mapFiles.values()) yield* [ns, opener.userNs];
  for (const { path, opener } of files.values()) yield* [path.mount.superblock.userNs, opener.userNs];
  for (const socket of sockets.values()) yield* heldByPeers(socket);
}

function* heldByMounts(mountNs: MountNamespace): Iterable<UserNamespace> {
  for (const { userNs } of mountedIn(mountNs)) yield userNs;
}

/** What is mounted there and may be gone one day: what a setup mounted, its own tasks hold. */
function mountedIn({ tree, attached }: MountNamespace): readonly Superblock[] {
  return [...tree.mounts(), ...attached].map(({ superblock }) => superblock);
}

/** The namespaces of other kinds that a task is in, or that a file system shows which its mount namespace has mounted. */
function othersHeldBy(task: Task): readonly OwnedNamespace[] {
  const shown = task.isZombie ? [] : mountedIn(task.mountNs).flatMap(({ shows }) => shows ?? []);
  return [...otherNamespacesOf(task), ...shown];
}

/** SO_PEERCRED keeps a whole credential, of those too that wait to be accepted. */
function* heldByPeers({ peer, pending }: Socket): Iterable<UserNamespace> {
  yield* [peer, ...pending.map((waiting) => waiting.peer)].flatMap((one) => one?.userNs ?? []);
}
