import type { OwnedNamespace } from "./owned-namespace.ts";

/** A host name that some tasks share. What the name is, is of no interest. */
export type UtsNamespace = OwnedNamespace;
