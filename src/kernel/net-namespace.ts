import type { KeptFilesystem } from "./inode.ts";
import type { OwnedNamespace } from "./owned-namespace.ts";
import type { Socket } from "./socket.ts";

/** Devices and routes that some tasks share, as far as ids decide what is reached. */
export interface NetNamespace extends OwnedNamespace {
  isLoopbackUp: boolean;
  /** Did somebody add a routing rule? Those that are there from the start have no range of users. */
  hasOwnRules: boolean;
  /** Listening unix sockets, by abstract address. */
  readonly listeners: Map<string, Socket>;
  /** What sysfs shows of it; null: nobody mounted it yet. */
  sysfs: KeptFilesystem | null;
}

export function newNetNamespace(made: OwnedNamespace): NetNamespace {
  return { ...made, isLoopbackUp: false, hasOwnRules: false, listeners: new Map(), sysfs: null };
}
