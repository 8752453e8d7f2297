import type { UserNamespace } from "./user-namespace.ts";

/** What namespaces of every kind but user have. */
export interface OwnedNamespace {
  /** The user namespace in which it was made: who administers that administers it. */
  readonly userNs: UserNamespace;
  /** The number of its file under /proc/PID/ns; {@link INITIAL_INUM} for the initial one of its kind. */
  readonly inum: number;
}

/** Stands for the numbers of the initial namespaces, which are of no interest: no other namespace has it. */
export const INITIAL_INUM = 0;
