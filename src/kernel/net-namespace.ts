import type { UserNamespace } from "./user-namespace.ts";

/** Devices and routes that some tasks share, as far as ids decide what is reached. */
export interface NetNamespace {
  /** The user namespace in which it was made. */
  readonly userNs: UserNamespace;
  isLoopbackUp: boolean;
  /** Did somebody add a routing rule? Those that are there from the start have no range of users. */
  hasOwnRules: boolean;
}

export function newNetNamespace(userNs: UserNamespace): NetNamespace {
  return { userNs, isLoopbackUp: false, hasOwnRules: false };
}
