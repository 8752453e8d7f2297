import type { MountNamespace, Superblock } from "./mount.ts";
import type { Socket } from "./socket.ts";
import type { Task } from "./task.ts";
import type { UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/**
 * Free the numbers of user namespaces that nothing refers to any more. Credentials, mounted file systems, open files,
 * other namespaces and children refer to one; the id on an inode, in a message or on an IPC object does not.
 *
 * @source user_namespaces(7): a namespace lives as long as a process or another namespace of it does; isolated user
 *         namespaces, 29d2f6c3, for ids; vectors/isolated/scenarios.json (F09, Z03, Z05)
 */
export function reapNamespaces(world: World): void {
  const living = new Set<UserNamespace>();
  for (const held of heldNamespaces(world))
    for (let ns: UserNamespace | null = held; ns && !living.has(ns); ns = ns.parent) living.add(ns);
  for (const ns of world.numbers.living()) if (!living.has(ns)) world.numbers.remove(ns);
}

function* heldNamespaces(world: World): Iterable<UserNamespace> {
  yield* world.userNamespaces.values();
  yield* world.residents.keys();
  const named = new Set<Superblock>([...world.superblocks.values(), ...superblocksOf(world.mounts.values())]);
  for (const { userNs } of named) yield userNs;
  for (const task of world.tasks.values()) yield* heldBy(task);
}

function* heldBy(task: Task): Iterable<UserNamespace> {
  const { cred, mmNs, mountNs, utsNs, pidNs, pidNsForChildren, mapFiles, sockets } = task;
  yield* [cred.userNs, mmNs, utsNs.userNs, pidNs.userNs, pidNsForChildren.userNs];
  yield* heldByMounts(mountNs);
  for (const { ns, opener } of mapFiles.values()) yield* [ns, opener.userNs];
  for (const socket of sockets.values()) yield* heldByPeers(socket);
}

function* heldByMounts({ userNs, tree }: MountNamespace): Iterable<UserNamespace> {
  yield userNs;
  for (const superblock of superblocksOf(tree.mounts())) yield superblock.userNs;
}

function superblocksOf(mounts: Iterable<{ readonly superblock: Superblock }>): readonly Superblock[] {
  return Array.from(mounts, ({ superblock }) => superblock);
}

/** SO_PEERCRED keeps a whole credential, of those too that wait to be accepted. */
function* heldByPeers({ peer, pending }: Socket): Iterable<UserNamespace> {
  for (const one of [peer, ...pending.map((waiting) => waiting.peer)]) if (one?.userNs) yield one.userNs;
}
