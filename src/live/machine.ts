import { type IdmappedMount, idmappedMountsOf } from "./idmapped-mounts.ts";
import type { KernelCalls } from "./kernel-calls.ts";
import { relationsOf } from "./namespace-relations.ts";
import { type LiveNamespace, readNamespaces } from "./namespaces.ts";

/** A user namespace with all that could be seen of it. */
export interface SeenNamespace extends LiveNamespace {
  /** Who made it, a user id of the caller's own namespace; null: not seen. */
  readonly owner: number | null;
  /** Of its first process, where that has mounts of its own. */
  readonly mounts: readonly IdmappedMount[];
}

/** The user namespaces of a running machine. */
export interface Machine {
  /** The caller's own, which all ids are counted in, and the idmapped mounts that the caller has. */
  readonly own: { readonly inode: number; readonly mounts: readonly IdmappedMount[] };
  /** Every other that a process is in, by number. */
  readonly others: readonly SeenNamespace[];
  /** What could not be seen, and why. */
  readonly unseen: readonly string[];
}

/**
 * The user namespaces that processes are in, with parents, owners, maps and idmapped mounts.
 *
 * @param calls  null: owners and the maps of mounts are not seen, and parents only where lsns(8) tells them
 */
export function readMachine(calls: KernelCalls | null, proc = "/proc"): Machine {
  const { own, others, hiddenCount, hasParents } = readNamespaces(proc);
  const ownMounts = idmappedMountsOf(process.pid, calls, proc);
  const shown = new Set([ownMounts?.namespace]);
  const seen = others.map((namespace): SeenNamespace => {
    const first = namespace.processes[0]?.pid ?? 0;
    const relations = calls && relationsOf(calls, first, proc);
    const found = idmappedMountsOf(first, calls, proc);
    const mounts = found && !shown.has(found.namespace) ? found.mounts : [];
    if (found) shown.add(found.namespace);
    return {
      ...namespace,
      parent: relations?.parent ?? namespace.parent,
      owner: relations?.owner ?? null,
      mounts,
    };
  });
  const mounts = ownMounts?.mounts ?? [];
  const all = [...mounts, ...seen.flatMap((namespace) => namespace.mounts)];
  const unseen = [
    ...(hiddenCount > 0 ? [`processes that may not be looked at: ${hiddenCount}`] : []),
    ...(calls === null && others.length > 0 ? ["owners of namespaces: the package koffi is not installed"] : []),
    ...(calls === null && !hasParents ? ["parents of namespaces: neither koffi nor lsns of util-linux 2.38"] : []),
    ...(all.some(({ map }) => map === null)
      ? [`maps of idmapped mounts: ${calls ? "Linux tells them from 6.15 on" : "the package koffi is not installed"}`]
      : []),
    "namespaces that no process is in, kept by a mount or an open file",
  ];
  return { own: { inode: own, mounts }, others: seen, unseen };
}
