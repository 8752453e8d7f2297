import type { UserNamespace } from "./user-namespace.ts";

/** A host name that some tasks share. */
export interface UtsNamespace {
  /** The user namespace in which it was made: who administers that may set the name. */
  readonly userNs: UserNamespace;
}
