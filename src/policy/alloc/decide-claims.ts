import { MAX_MAP_LINES, quoted, type Range, sizeOf } from "../../core/index.ts";
import { type Claim, type ClaimRequest, claimSize, showClaim, stateNow } from "./claim.ts";
import { type LedgerDecision, numbered } from "./decision.ts";
import type { LedgerEvent } from "./event.ts";
import { type FreeRuns, freeRuns } from "./free-runs.ts";
import { blockCount, freeRunsOf, type Pool, showRange } from "./pool.ts";
import type { LedgerRefusal } from "./refusal.ts";

/** What a tenant may have and has: ids of live claims. */
export interface TenantUse {
  readonly quota: number | null;
  readonly used: number;
}

/** What has to be known to decide claims on one pool. */
export interface ClaimFacts {
  readonly now: number;
  readonly lastSeq: number;
  readonly pool: Pool;
  /** The last claim made with each key. */
  readonly keyed: ReadonlyMap<string, Claim>;
  readonly tenants: ReadonlyMap<string, TenantUse>;
  /** Free runs of the pool: those that {@link runsWanted} asks for. */
  readonly runs: readonly Range[];
}

/** The free runs that decide about claims. */
export interface RunsWanted {
  /** For each of these counts the smallest runs that hold it, the lowest first. */
  readonly counts: readonly number[];
  /** So many of each: every claim uses up one at most. */
  readonly of: number;
  /** And so many of the largest. */
  readonly largest: number;
}

/** Which free runs decide about these requests. */
export function runsWanted(requests: readonly ClaimRequest[], pool: Pool): RunsWanted {
  const counts = new Set(requests.map(({ size = pool.size }) => blockCount(pool, size)));
  const inPieces = requests.some(({ pieces }) => pieces === true);
  return { counts: [...counts], of: requests.length, largest: inPieces ? MAX_MAP_LINES : 1 };
}

/**
 * Claims on one pool, all of them or none.
 *
 * A request whose key names a live claim is answered with that claim. Otherwise the ids come from the smallest free run
 * that has as many, so that holes of the usual size are filled first.
 */
export function decideClaims(requests: readonly ClaimRequest[], facts: ClaimFacts): LedgerDecision<readonly Claim[]> {
  const { pool, now } = facts;
  const runs = freeRuns(facts.runs);
  const keyed = new Map(facts.keyed);
  const used = new Map([...facts.tenants].map(([tenant, use]) => [tenant, use.used]));
  const numbers = numbered(facts.lastSeq);
  const events: LedgerEvent[] = [];
  const answer: Claim[] = [];
  for (const request of requests) {
    const { size = pool.size, key } = request;
    const before = key === undefined ? undefined : keyed.get(key);
    if (before && stateNow(before, now) === "live") {
      const refused = otherTerms(before, request, size);
      if (refused) return { refused };
      answer.push(before);
      continue;
    }
    const refused = findBadRequest(request, size) ?? overQuota(request.tenant, size, facts.tenants, used);
    if (refused) return { refused };
    const pieces = takePieces(runs, pool, size, request.pieces === true);
    if (!pieces) return { refused: exhausted(facts, request, { size, made: answer.length, of: requests.length }) };
    const claim = newClaim(numbers.next(), request, pieces, now);
    events.push({ seq: claim.id, at: now, type: "claimed", claim });
    used.set(request.tenant, (used.get(request.tenant) ?? 0) + size);
    if (key !== undefined) keyed.set(key, claim);
    answer.push(claim);
  }
  const change = runs.change(pool.name);
  return { change: { events, runs: change ? [change] : [] }, answer };
}

/** A claim as it is when it was just made. */
export function newClaim(id: number, request: ClaimRequest, pieces: readonly Range[], now: number): Claim {
  const { pool, owner, tenant, purpose = null, key = null, ttlMs } = request;
  return {
    id,
    pool,
    pieces,
    owner,
    tenant,
    purpose,
    key,
    source: null,
    claimedAt: now,
    expiresAt: ttlMs === undefined ? null : now + ttlMs,
    releasedAt: null,
    freeAt: null,
    freedAt: null,
  };
}

/** One range, or, where that may be, as few as the free runs allow. */
function takePieces(runs: FreeRuns, pool: Pool, size: number, inPieces: boolean): readonly Range[] | null {
  const whole = runs.take(blockCount(pool, size));
  if (whole) return [{ first: whole.first, count: size }];
  if (!inPieces) return null;
  const pieces: Range[] = [];
  for (let left = size; left > 0; left -= pieces.at(-1)?.count ?? 0) {
    const block = pieces.length < MAX_MAP_LINES ? runs.takeLargest(blockCount(pool, left)) : null;
    const count = block ? Math.min(left, block.count - pool.guard) : 0;
    if (!block || count <= 0) return null;
    pieces.push({ first: block.first, count });
  }
  return pieces;
}

/** The longest owner, tenant, purpose or key. */
const MOST_TEXT = 200;

/** What is wrong with a word of a request, or null. */
export function badText(where: string, text: string | null | undefined): LedgerRefusal | null {
  if (text === undefined || text === null) return null;
  if (text !== "" && text.length <= MOST_TEXT && !/\p{Cc}/u.test(text)) return null;
  return {
    code: "ERR_USAGE",
    where,
    expected: `1 to ${MOST_TEXT} characters, none of them a control character`,
    got: quoted(text),
  };
}

/** What is wrong with a request by itself, or null: to be asked before a store is. */
export function findBadRequest(
  { owner, tenant, purpose, key, ttlMs }: ClaimRequest,
  size: number | undefined,
): LedgerRefusal | null {
  const bad = (where: string, expected: string, got: unknown): LedgerRefusal => ({
    code: "ERR_USAGE",
    where,
    expected,
    got: String(got),
  });
  if (size !== undefined && (!Number.isSafeInteger(size) || size < 1))
    return bad("size", "a number of at least 1", size);
  if (ttlMs !== undefined && !(Number.isSafeInteger(ttlMs) && ttlMs > 0))
    return bad("time to live", "more than 0 milliseconds", ttlMs);
  return badText("owner", owner) ?? badText("tenant", tenant) ?? badText("purpose", purpose) ?? badText("key", key);
}

function overQuota(
  tenant: string,
  size: number,
  tenants: ReadonlyMap<string, TenantUse>,
  used: ReadonlyMap<string, number>,
): LedgerRefusal | null {
  const quota = tenants.get(tenant)?.quota ?? null;
  const has = used.get(tenant) ?? 0;
  if (quota === null || has + size <= quota) return null;
  return {
    code: "ERR_QUOTA",
    where: `tenant ${tenant}`,
    expected: `at most ${quota} ids in live claims`,
    got: `${has}, and ${size} more asked for`,
    fix: "release a claim, or raise the quota",
  };
}

function exhausted(
  { pool, runs }: ClaimFacts,
  { pieces: inPieces = false }: ClaimRequest,
  { size, made, of }: { readonly size: number; readonly made: number; readonly of: number },
): LedgerRefusal {
  const largest = Math.max(0, ...runs.map(({ count }) => count - pool.guard));
  const isEverRoom = inPieces || freeRunsOf(pool, []).some(({ count }) => count >= blockCount(pool, size));
  const one = inPieces ? `${size} free ids in at most ${MAX_MAP_LINES} pieces` : `${size} free ids in a row`;
  return {
    code: "ERR_POOL_EXHAUSTED",
    where: `pool ${pool.name} (${showRange(pool.range)})`,
    expected: of === 1 ? one : `${one}, for each of ${of} claims`,
    // Of many claims the runs that were known are used up: what is left beside them was not asked for.
    got: of > 1 ? `room for ${made}` : inPieces ? String(sizeOf(runs)) : `at most ${largest}`,
    fix: isEverRoom
      ? "release a claim, report a scrub of one in quarantine, or make the pool larger"
      : "make the pool larger, or ask for fewer ids",
  };
}

function otherTerms(claim: Claim, request: ClaimRequest, size: number): LedgerRefusal | null {
  const has = `${claimSize(claim)} ids of pool ${claim.pool} for ${claim.owner}, tenant ${claim.tenant}`;
  const asked = `${size} ids of pool ${request.pool} for ${request.owner}, tenant ${request.tenant}`;
  if (has === asked) return null;
  return {
    code: "ERR_CLAIM_KEY",
    where: `key ${claim.key}`,
    expected: `what ${showClaim(claim)} was made for: ${has}`,
    got: asked,
    fix: "use another key, or release that claim",
  };
}
