import type { OwnedNamespace } from "./owned-namespace.ts";

/** Offsets of clocks that some tasks share. No clock is modelled. */
export type TimeNamespace = OwnedNamespace;
