import { NO_ID, type PlacedId, walk } from "../../core/index.ts";
import { type Explanation, explain } from "../../explain/index.ts";
import type { KernelRoute } from "../../kernel/index.ts";
import type { Chain } from "./chain.ts";
import type { FlowState, Picked } from "./flow-state.ts";

/** Where a picked id stands in a column; null where it is not mapped so far. */
export type Stop = { readonly placed: PlacedId; readonly isOverflow: boolean } | null;

/** The way of a picked id through the chain, in both directions. */
export interface Way {
  /** One for each column. */
  readonly stops: readonly Stop[];
  /** Towards the disk; null where the id was picked in the last column. */
  readonly outward: Explanation | null;
  /** Towards the innermost namespace; null where it was picked there. */
  readonly inward: Explanation | null;
}

/** The column that an id was picked in, of those that there are. */
export function pickedColumn(chain: Chain, picked: Picked): number {
  return Math.min(picked.column, chain.columns.length - 1);
}

export function wayOf(chain: Chain, kind: FlowState["kind"], picked: Picked): Way {
  const column = pickedColumn(chain, picked);
  const start = { id: picked.id, number: picked.number };
  const after = chain.bands.slice(column).map(({ outward }) => outward);
  const before = chain.bands
    .slice(0, column)
    .map(({ inward }) => inward)
    .reverse();
  return {
    stops: [...stopsOf(before, start).reverse(), { placed: start, isOverflow: false }, ...stopsOf(after, start)],
    outward: after.length === 0 ? null : explain(kind, after.flat(), start),
    inward: before.length === 0 ? null : explain(kind, before.flat(), start),
  };
}

/** Where an id stands after each of some routes, one behind the other. */
function stopsOf(routes: readonly KernelRoute[], start: PlacedId): Stop[] {
  let at = start;
  return routes.map((route) => {
    const last = walk(route, at).at(-1);
    at = last?.to ?? at;
    return at.id === NO_ID ? null : { placed: at, isOverflow: last?.reason === "overflow" };
  });
}
