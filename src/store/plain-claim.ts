import type { Range } from "../core/index.ts";
import { blockCount, type Change, type Claim, type ClaimRequest, newClaim, type Pool } from "../policy/index.ts";

/** A pool as a connection last saw it. What to ask for comes from it, and that it still is so is checked with the answer. */
export interface SupposedPool {
  readonly pool: Pool;
  /** As it is kept. */
  readonly body: string;
}

/** What decides whether a claim is plain, by the names that {@link plainRun} has for it. */
export interface PlainTerms {
  readonly body: string;
  readonly pool: string;
  readonly size: number;
  readonly block: number;
  readonly tenant: string;
  readonly key: string | null;
  readonly now: number;
}

export function plainTerms({ pool, body }: SupposedPool, request: ClaimRequest, now: number): PlainTerms {
  const { size = pool.size, tenant, key = null } = request;
  return { body, pool: pool.name, size, block: blockCount(pool, size), tenant, key, now };
}

/**
 * A claim that nothing stands in the way of, as a query that SQLite and PostgreSQL both understand: the pool is as the
 * caller supposes, time has changed nothing, the key is new, the quota has room and a run is long enough. It gives the
 * number of the claim to make and the run to take it from, and no row for a claim that is not plain: what `decideClaims`
 * would decide, in one statement instead of one a question.
 *
 * @param terms  how each of them is written, in the database's own way
 * @param schema  what stands before the names of tables: `userns.`
 */
export function plainRun(terms: Readonly<Record<keyof PlainTerms, string>>, schema = ""): string {
  const asked = Object.entries(terms).map(([name, value]) => `${value} AS ${name}`);
  const table = (name: string): string => `${schema}${name}`;
  return `SELECT (SELECT coalesce(max(event.seq), 0) + 1 FROM ${table("event")}) AS id, run.first, run.count
    FROM (SELECT ${asked.join(", ")}) AS asked
    JOIN ${table("run")} AS run ON run.pool = asked.pool AND run.first = (
      SELECT fitting.first FROM ${table("run")} AS fitting
      WHERE fitting.pool = asked.pool AND fitting.count >= asked.block ORDER BY fitting.count, fitting.first LIMIT 1
    )
    WHERE EXISTS (SELECT 1 FROM ${table("pool")} AS pool WHERE pool.name = asked.pool AND pool.body = asked.body)
      AND NOT EXISTS (
        SELECT 1 FROM ${table("claim")} AS ending
        WHERE ending."releasedAt" IS NULL AND ending."expiresAt" IS NOT NULL AND ending."expiresAt" <= asked.now
      )
      AND NOT EXISTS (
        SELECT 1 FROM ${table("claim")} AS waiting
        WHERE waiting."releasedAt" IS NOT NULL AND waiting."freedAt" IS NULL
          AND waiting."freeAt" IS NOT NULL AND waiting."freeAt" <= asked.now
      )
      AND NOT EXISTS (SELECT 1 FROM ${table("claim")} AS keyed WHERE keyed.key IS NOT NULL AND keyed.key = asked.key)
      AND NOT EXISTS (
        SELECT 1 FROM ${table("tenant")} AS tenant
        WHERE tenant.name = asked.tenant AND tenant.used + asked.size > tenant.quota
      )`;
}

/** What making a plain claim changes: `run` is the whole run that it is taken from. */
export function plainChange(
  id: number,
  request: ClaimRequest,
  { pool, size, block, now }: PlainTerms,
  run: Range,
): { readonly claim: Claim; readonly change: Change } {
  const claim = newClaim(id, request, [{ first: run.first, count: size }], now);
  const left = { first: run.first + block, count: run.count - block };
  const runs = [{ pool, remove: [run], add: left.count > 0 ? [left] : [] }];
  return { claim, change: { events: [{ seq: id, at: now, type: "claimed", claim }], runs } };
}
