import type { Range } from "../../core/index.ts";
import type { LedgerEvent } from "./event.ts";
import type { LedgerRefusal } from "./refusal.ts";

/** What becomes of the free runs of a pool; `remove: "all"` puts `add` in place of whatever there is. */
export interface RunChange {
  readonly pool: string;
  readonly remove: readonly Range[] | "all";
  readonly add: readonly Range[];
}

/** What a store is to write, all of it or nothing: its tables follow from the events. */
export interface Change {
  readonly events: readonly LedgerEvent[];
  readonly runs: readonly RunChange[];
}

/** What to write and what to answer, or why not. Nothing in this layer throws for a refusal. */
export type LedgerDecision<T> = { readonly change: Change; readonly answer: T } | { readonly refused: LedgerRefusal };

export const NO_CHANGE: Change = { events: [], runs: [] };

/** Events as they come, each with the next number. */
export function numbered(lastSeq: number): { next(): number } {
  let seq = lastSeq;
  return { next: () => ++seq };
}
