import { overlapOf } from "../../core/index.ts";
import { badText } from "./decide-claims.ts";
import { freeRunsBeside, type HeldPiece } from "./decide-release.ts";
import { type LedgerDecision, NO_CHANGE } from "./decision.ts";
import { findPoolConflict, findPoolFault, type Pool } from "./pool.ts";

/** What has to be known to make or change a pool. */
export interface PoolFacts {
  readonly now: number;
  readonly lastSeq: number;
  readonly pools: readonly Pool[];
  /** Everything that is held in the pool's new range, and everything that is held of the pool. */
  readonly held: readonly HeldPiece[];
}

/** Make a pool, or change the one of this name. What is held of it stays held. */
export function decidePool(pool: Pool, { now, lastSeq, pools, held }: PoolFacts): LedgerDecision<Pool> {
  const own = held.filter((piece) => piece.pool === pool.name);
  const refused = findPoolFault(pool) ?? findPoolConflict(pool, pools, own);
  if (refused) return { refused };
  const before = pools.find(({ name }) => name === pool.name);
  if (before && isSamePool(before, pool)) return { change: NO_CHANGE, answer: before };
  const inside = held.filter((piece) => overlapOf(piece, pool.range));
  return {
    change: {
      events: [{ seq: lastSeq + 1, at: now, type: "pool", pool }],
      runs: [{ pool: pool.name, remove: "all", add: freeRunsBeside(pool, inside) }],
    },
    answer: pool,
  };
}

function isSamePool(a: Pool, b: Pool): boolean {
  return (
    a.range.first === b.range.first &&
    a.range.count === b.range.count &&
    a.alignment === b.alignment &&
    a.size === b.size &&
    a.guard === b.guard &&
    a.quarantineMs === b.quarantineMs &&
    a.includes.join() === b.includes.join()
  );
}

/** Set how many ids a tenant may have in live claims; null: as many as there are. What it has more already it keeps. */
export function decideQuota(
  tenant: string,
  ids: number | null,
  { now, lastSeq }: { readonly now: number; readonly lastSeq: number },
): LedgerDecision<number | null> {
  const refused = badText("tenant", tenant);
  if (refused) return { refused };
  if (ids !== null && !(Number.isSafeInteger(ids) && ids >= 0))
    return { refused: { code: "ERR_USAGE", where: "quota", expected: "a number of ids", got: String(ids) } };
  return { change: { events: [{ seq: lastSeq + 1, at: now, type: "quota", tenant, ids }], runs: [] }, answer: ids };
}
