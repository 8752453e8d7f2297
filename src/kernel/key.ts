import type { Process } from "./process.ts";
import type { OwnerIds } from "./user-namespace.ts";

/** A key of a process's own keyring, as far as ids go: `struct key`. */
export interface Key {
  readonly owner: OwnerIds;
  /** Whose keyring holds it. */
  readonly possessor: Process;
}
