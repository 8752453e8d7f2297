/** What must hold of a store's state whatever was done to it. */
import assert from "node:assert/strict";
import { overlapOf, sortedByFirst } from "../../src/core/index.ts";
import { claimSize, freeRunsBeside, replayHistory } from "../../src/policy/index.ts";
import type { Ledger } from "../../src/store/index.ts";

/**
 * No two ranges that are held share an id; the history replays to the claims, pools and quotas that are kept; the free
 * runs and the counts of tenants are those that follow from them.
 */
export async function checkState(ledger: Ledger): Promise<void> {
  await ledger.read(async (reads) => {
    const claims = await reads.claims("all");
    const held = claims.filter(({ freedAt }) => freedAt === null);
    const pieces = held.flatMap((claim) => claim.pieces.map((piece) => ({ ...piece, pool: claim.pool })));
    const sorted = sortedByFirst(pieces);
    for (const [at, piece] of sorted.entries()) {
      const next = sorted[at + 1];
      assert.ok(!next || !overlapOf(piece, next), `${JSON.stringify(piece)} and ${JSON.stringify(next)} share ids`);
    }
    const state = replayHistory(await reads.history());
    assert.deepEqual([...state.claims.values()], claims, "the history replays to the claims");
    const pools = await reads.pools();
    assert.deepEqual(sortedByName([...state.pools.values()]), sortedByName(pools));
    const tenants = await reads.tenants();
    assert.deepEqual(
      new Map(tenants.flatMap(({ name, quota }) => (quota === null ? [] : [[name, quota]]))),
      state.quotas,
    );
    for (const { name, used } of tenants) {
      const live = claims.filter((claim) => claim.tenant === name && claim.releasedAt === null);
      assert.equal(
        used,
        live.map(claimSize).reduce((a, b) => a + b, 0),
        `ids of tenant ${name}`,
      );
    }
    for (const pool of pools) {
      const inside = pieces.filter((piece) => overlapOf(piece, pool.range));
      assert.deepEqual(await reads.runs(pool.name), freeRunsBeside(pool, inside), `free runs of ${pool.name}`);
    }
  });
}

function sortedByName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
}
