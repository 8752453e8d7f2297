import type { Process } from "./process.ts";
import type { UserNamespace } from "./user-namespace.ts";

/** The processes that see each other under numbers of their own. Those of a namespace are in its parents too. */
export interface PidNamespace {
  /** The user namespace in which it was made. */
  readonly userNs: UserNamespace;
  /** In the order of their numbers: the first is 1. Of the initial namespace, where pids count for themselves, none. */
  readonly members: Process[];
}
