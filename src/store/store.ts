import { covers, overlapOf, UsernsError } from "../core/index.ts";
import {
  type Adoption,
  blockOf,
  type Change,
  type Claim,
  type ClaimRequest,
  type ClaimState,
  claimInTime,
  DEFAULT_POOL,
  decideAdoption,
  decideClaims,
  decidePool,
  decideQuota,
  decideRelease,
  decideRenewal,
  decideSweep,
  dueAt,
  type FreeingFacts,
  findBadRequest,
  type HeldPiece,
  type LedgerDecision,
  type LedgerEvent,
  type Pool,
  stateAt,
  stateNow,
} from "../policy/index.ts";
import type { Ledger, LedgerReads, LedgerTransaction, Tenant } from "./ledger.ts";

/** How a claim is named: by its number, by its key, or by the first id of one of its ranges while it is held. */
export type ClaimName = { readonly id: number } | { readonly key: string } | { readonly first: number };

/** A claim, and its state at the time of the question. */
export interface OwnedBy {
  readonly claim: Claim;
  readonly state: ClaimState;
}

/**
 * Allocation over any ledger. Every call is one transaction: when it rejects, nothing has changed, and it may be made
 * again. A refusal is a UsernsError whose code says which: ERR_POOL_EXHAUSTED, ERR_QUOTA, ERR_RANGE_HELD,
 * ERR_CLAIM_KEY, ERR_CLAIM_NONE, ERR_CLAIM_ENDED, ERR_POOL.
 */
export interface Store {
  readonly name: string;
  claim(request: ClaimRequest): Promise<Claim>;
  /** All of them or none; all on one pool. */
  claimAll(requests: readonly ClaimRequest[]): Promise<readonly Claim[]>;
  /** @param ttlMs  from now on; null: without end */
  renew(name: ClaimName, ttlMs: number | null): Promise<Claim>;
  release(name: ClaimName, options?: { readonly scrubbed?: boolean }): Promise<Claim>;
  adopt(ranges: readonly Adoption[]): Promise<readonly Claim[]>;
  setPool(pool: Pool): Promise<Pool>;
  setQuota(tenant: string, ids: number | null): Promise<number | null>;
  pools(): Promise<readonly Pool[]>;
  tenants(): Promise<readonly Tenant[]>;
  /** As time has left them by now, whether or not that was written down. */
  claims(which?: "held" | "all"): Promise<readonly Claim[]>;
  /** Who has, or had, an id; null where it is or was nobody's. @param at  now, unless told */
  whoOwns(id: number, at?: number): Promise<OwnedBy | null>;
  history(): Promise<readonly LedgerEvent[]>;
  close(): Promise<void>;
}

/** Claims that time has changed, written down in one go. */
const SWEEP = 1000;

/** @param clock  milliseconds since 1970 */
export function storeOver(ledger: Ledger, clock: () => number = Date.now): Store {
  return {
    name: ledger.name,
    async claim(request) {
      const [claim] = await claimAll(ledger, [request], clock());
      if (!claim) throw new Error("one request has one answer");
      return claim;
    },
    claimAll: (requests) => claimAll(ledger, requests, clock()),
    renew: (name, ttlMs) =>
      ledger.write(async (tx) => {
        const facts = { now: clock(), lastSeq: await tx.lastSeq() };
        return settle(tx, decideRenewal(await named(tx, name), ttlMs, facts));
      }),
    release: (name, { scrubbed = false } = {}) =>
      ledger.write(async (tx) => {
        const now = clock();
        await sweep(tx, now);
        const claim = await named(tx, name);
        return settle(tx, decideRelease(scrubbed, { claim, ...(await freeingFacts(tx, [claim], now)) }));
      }),
    adopt: (ranges) =>
      ledger.write(async (tx) => {
        const now = clock();
        await sweep(tx, now);
        const claims = new Map<number, Claim>();
        for (const range of ranges) for (const claim of await tx.claimsHolding(range)) claims.set(claim.id, claim);
        const pools = (await tx.pools()).filter((pool) => ranges.some((range) => overlapOf(pool.range, range)));
        const facts = { now, lastSeq: await tx.lastSeq(), claims: [...claims.values()], pools };
        return settle(tx, decideAdoption(ranges, { ...facts, held: await heldOf(tx, pools) }));
      }),
    setPool: (pool) => ledger.write((tx) => setPool(tx, pool, clock())),
    setQuota: (tenant, ids) =>
      ledger.write(async (tx) => settle(tx, decideQuota(tenant, ids, { now: clock(), lastSeq: await tx.lastSeq() }))),
    pools: () => ledger.read((reads) => reads.pools()),
    tenants: () => ledger.read((reads) => reads.tenants()),
    claims: (which = "held") => ledger.read((reads) => claims(reads, which, clock())),
    whoOwns: (id, at) => ledger.read((reads) => whoOwns(reads, id, at, clock())),
    history: () => ledger.read((reads) => reads.history()),
    close: () => ledger.close(),
  };
}

async function settle<T>(tx: LedgerTransaction, decision: LedgerDecision<T>): Promise<T> {
  if ("refused" in decision) throw new UsernsError(decision.refused.code, decision.refused);
  if (decision.change.events.length > 0) await tx.append(decision.change);
  return decision.answer;
}

async function claimAll(ledger: Ledger, requests: readonly ClaimRequest[], now: number): Promise<readonly Claim[]> {
  const [name, ...others] = new Set(requests.map(({ pool }) => pool));
  if (name === undefined) return [];
  if (others.length > 0) throw new Error("requests of one call are on one pool");
  const bad = requests.map((request) => findBadRequest(request, request.size)).find((refusal) => refusal !== null);
  if (bad) throw new UsernsError(bad.code, bad);
  const [request, ...more] = requests;
  const plain = request && more.length === 0 ? await ledger.claimAtOnce?.(request, now) : null;
  if (plain) return [plain];
  return ledger.write(async (tx) => {
    let known = await tx.knownForClaims(name, requests, now);
    if (known.isDue) {
      await sweep(tx, now);
      known = await tx.knownForClaims(name, requests, now);
    }
    if (!known.facts && name === DEFAULT_POOL.name) {
      await setPool(tx, DEFAULT_POOL, now);
      known = await tx.knownForClaims(name, requests, now);
    }
    if (!known.facts) throw await noPool(tx, name);
    return settle(tx, decideClaims(requests, known.facts));
  });
}

async function noPool(tx: LedgerTransaction, name: string): Promise<UsernsError> {
  const all = (await tx.pools()).map((pool) => pool.name);
  return new UsernsError("ERR_POOL", {
    where: "pool",
    expected: `one of: ${[...new Set([DEFAULT_POOL.name, ...all])].join(", ")}`,
    got: JSON.stringify(name),
    fix: "make it first",
  });
}

async function setPool(tx: LedgerTransaction, pool: Pool, now: number): Promise<Pool> {
  await sweep(tx, now);
  const pools = await tx.pools();
  const before = pools.filter(({ name }) => name === pool.name);
  const held = await heldOf(tx, [pool, ...before]);
  return settle(tx, decidePool(pool, { now, lastSeq: await tx.lastSeq(), pools, held }));
}

async function named(tx: LedgerTransaction, name: ClaimName): Promise<Claim> {
  const found =
    "id" in name
      ? await tx.claim(name.id)
      : "key" in name
        ? await tx.claimOfKey(name.key)
        : await claimFrom(tx, name.first);
  if (found) return found;
  const got = "id" in name ? `c${name.id}` : "key" in name ? `key ${name.key}` : `id ${name.first}`;
  throw new UsernsError("ERR_CLAIM_NONE", {
    where: "claim",
    expected: "one that was made: its number (c17), its key, or the first id of its range while it is held",
    got,
    fix: "look for it among all that there ever were",
  });
}

async function claimFrom(tx: LedgerTransaction, first: number): Promise<Claim | null> {
  const [claim] = await tx.claimsHolding({ first, count: 1 });
  return claim?.pieces.some((piece) => piece.first === first) ? claim : null;
}

/** Write down what time alone has done. */
async function sweep(tx: LedgerTransaction, now: number): Promise<void> {
  for (;;) {
    const due = await tx.due(now, SWEEP);
    if (due.length === 0) return;
    const change: Change = decideSweep(due, await freeingFacts(tx, due, now));
    await tx.append(change);
  }
}

async function freeingFacts(tx: LedgerTransaction, claims: readonly Claim[], now: number): Promise<FreeingFacts> {
  const adopted = claims.filter(({ pool }) => pool === null).flatMap(({ pieces }) => pieces);
  const pools = (await tx.pools()).filter(
    (pool) => claims.some((claim) => claim.pool === pool.name) || adopted.some((range) => overlapOf(pool.range, range)),
  );
  const runs = new Map<string, readonly { readonly first: number; readonly count: number }[]>();
  const held: HeldPiece[] = [];
  for (const pool of pools) {
    if (adopted.some((range) => overlapOf(pool.range, range))) {
      held.push(...(await heldOf(tx, [pool])));
      continue;
    }
    const pieces = claims.filter((claim) => claim.pool === pool.name).flatMap((claim) => claim.pieces);
    const blocks = pieces.map((piece) => blockOf(pool, piece));
    runs.set(pool.name, await tx.runsBeside(pool.name, blocks));
    // Only what was adopted can stand behind a range, in its block.
    for (const [at, block] of blocks.entries()) {
      const piece = pieces[at];
      if (piece && !covers(piece, block)) held.push(...(await tx.heldIn(block)));
    }
  }
  return { now, lastSeq: await tx.lastSeq(), pools, runs, held };
}

async function heldOf(tx: LedgerTransaction, pools: readonly Pool[]): Promise<readonly HeldPiece[]> {
  const all = new Map<number, HeldPiece>();
  for (const { range } of pools) for (const piece of await tx.heldIn(range)) all.set(piece.first, piece);
  return [...all.values()];
}

async function claims(reads: LedgerReads, which: "held" | "all", now: number): Promise<readonly Claim[]> {
  const pools = await reads.pools();
  const inTime = (await reads.claims(which)).map((claim) => claimInTime(claim, pools, now));
  return which === "all" ? inTime : inTime.filter(({ freedAt }) => freedAt === null);
}

/** @param at  undefined for now */
async function whoOwns(reads: LedgerReads, id: number, at: number | undefined, now: number): Promise<OwnedBy | null> {
  const found = at === undefined ? await reads.claimsHolding({ first: id, count: 1 }) : await reads.claimsEverOf(id);
  const pools = found.some((claim) => (dueAt(claim) ?? Number.POSITIVE_INFINITY) <= now) ? await reads.pools() : [];
  for (const claim of found.map((one) => claimInTime(one, pools, now))) {
    const state = at === undefined ? stateNow(claim, now) : stateAt(claim, at);
    if (state === "live" || state === "quarantined") return { claim, state };
  }
  return null;
}
