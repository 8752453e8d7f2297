import type { OwnedNamespace } from "./owned-namespace.ts";
import type { Process } from "./process.ts";

/** The processes that see each other under numbers of their own. Those of a namespace are in its parents too. */
export interface PidNamespace extends OwnedNamespace {
  /** null for the initial namespace. */
  readonly parent: PidNamespace | null;
  /** In the order of their numbers: the first is 1. Of the initial namespace, where pids count for themselves, none. */
  readonly members: Process[];
}

/** A namespace and its ancestors, innermost first. */
export function* pidNamespacesFrom(ns: PidNamespace): Iterable<PidNamespace> {
  for (let at: PidNamespace | null = ns; at; at = at.parent) yield at;
}

/** Is the process the first of its pid namespace? The initial namespace counts none as its first. */
export function isFirstIn({ members: [first] }: PidNamespace, process: Process): boolean {
  return first?.name === process.name;
}

/** Is the process, which is in this namespace, one that tasks of the other have a number for? */
export function isSeenFrom(ns: PidNamespace, other: PidNamespace): boolean {
  for (const at of pidNamespacesFrom(ns)) if (at === other) return true;
  return false;
}

/** The number of a process in a pid namespace; 0: it has none there. */
export function numberIn(ns: PidNamespace, { name, pid }: Process, initial: PidNamespace): number {
  return ns === initial ? pid : ns.members.findIndex((member) => member.name === name) + 1;
}
