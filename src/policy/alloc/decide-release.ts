import { idSet, overlapOf, type Range, subtract } from "../../core/index.ts";
import { type Claim, type ClaimState, showClaim, stateNow } from "./claim.ts";
import { type Change, type LedgerDecision, NO_CHANGE, numbered, type RunChange } from "./decision.ts";
import type { LedgerEvent } from "./event.ts";
import { freeRuns } from "./free-runs.ts";
import { blockOf, freeRunsOf, type Pool, touchedBlocks } from "./pool.ts";
import { claimAfter } from "./replay.ts";

/** Ids that are held: handed out by a pool, or adopted, where it is null. */
export interface HeldPiece extends Range {
  readonly pool: string | null;
}

/** What has to be known to give back the ids of claims. */
export interface FreeingFacts {
  readonly now: number;
  readonly lastSeq: number;
  /** The pools of the claims, and all that hold an id of one that was adopted. */
  readonly pools: readonly Pool[];
  /** Free runs that hold, share or adjoin a block of the claims, by pool. */
  readonly runs: ReadonlyMap<string, readonly Range[]>;
  /** Everything else that is held in the blocks of the claims; in the whole of each pool, where an adopted one goes. */
  readonly held: readonly HeldPiece[];
}

/** What is known of a claim that is to be released or freed. */
export interface ReleaseFacts extends FreeingFacts {
  readonly claim: Claim;
}

/** The quarantine of what was adopted. */
const ADOPTED_QUARANTINE_MS = 86_400_000;

function freeAtOf(claim: Claim, pools: readonly Pool[], releasedAt: number): number | null {
  const pool = pools.find(({ name }) => name === claim.pool);
  const quarantineMs = pool ? pool.quarantineMs : ADOPTED_QUARANTINE_MS;
  return quarantineMs === null ? null : releasedAt + quarantineMs;
}

/**
 * Give a claim back: its ids wait in quarantine, and nobody gets them, until a scrub is reported or its time has passed.
 * What was done before is no error, and not done again.
 *
 * @param scrubbed  nothing on disk or in a process has one of the ids any more: no quarantine, or the end of it
 */
export function decideRelease(scrubbed: boolean, facts: ReleaseFacts): LedgerDecision<Claim> {
  const { claim, now } = facts;
  const state = stateNow(claim, now);
  if (state === "freed" || (state === "quarantined" && !scrubbed)) return { change: NO_CHANGE, answer: claim };
  const numbers = numbered(facts.lastSeq);
  const events: LedgerEvent[] = [];
  if (state === "live") {
    const freeAt = scrubbed ? now : freeAtOf(claim, facts.pools, now);
    events.push({
      seq: numbers.next(),
      at: now,
      type: "released",
      claim: claim.id,
      releasedAt: now,
      freeAt,
      because: "asked",
    });
  }
  const isFreed = scrubbed || events.some((event) => event.type === "released" && event.freeAt === now);
  if (isFreed) {
    const because = scrubbed ? "scrubbed" : "time";
    events.push({ seq: numbers.next(), at: now, type: "freed", claim: claim.id, freedAt: now, because });
  }
  return {
    change: { events, runs: isFreed ? givenBack([claim], facts) : [] },
    answer: events.reduce(claimAfter, claim),
  };
}

/**
 * Write down what time alone has done: claims whose time is up are released, quarantines that are over end.
 *
 * @param due  claims that time has changed since it was last written down
 */
export function decideSweep(due: readonly Claim[], facts: FreeingFacts): Change {
  const { now } = facts;
  const numbers = numbered(facts.lastSeq);
  const events: LedgerEvent[] = [];
  const freed: Claim[] = [];
  for (const claim of due) {
    const own = eventsOfTime(claim, facts.pools, now, numbers);
    events.push(...own);
    if (own.at(-1)?.type === "freed") freed.push(claim);
  }
  return { events, runs: givenBack(freed, facts) };
}

/**
 * A claim as time has left it, whether or not that was written down.
 *
 * @param pools  the claim's own among them
 */
export function claimInTime(claim: Claim, pools: readonly Pool[], now: number): Claim {
  return eventsOfTime(claim, pools, now, numbered(0)).reduce(claimAfter, claim);
}

/** What time alone does to a claim: its end, and the end of its quarantine. */
function eventsOfTime(
  claim: Claim,
  pools: readonly Pool[],
  now: number,
  numbers: ReturnType<typeof numbered>,
): readonly LedgerEvent[] {
  const events: LedgerEvent[] = [];
  const happening = { at: now, claim: claim.id };
  let { releasedAt, freeAt } = claim;
  if (releasedAt === null && claim.expiresAt !== null && claim.expiresAt <= now) {
    releasedAt = claim.expiresAt;
    freeAt = freeAtOf(claim, pools, releasedAt);
    events.push({ seq: numbers.next(), ...happening, type: "released", releasedAt, freeAt, because: "expired" });
  }
  if (releasedAt !== null && claim.freedAt === null && freeAt !== null && freeAt <= now)
    events.push({ seq: numbers.next(), ...happening, type: "freed", freedAt: freeAt, because: "time" });
  return events;
}

/** What becomes of the free runs when claims are freed. */
function givenBack(claims: readonly Claim[], facts: FreeingFacts): readonly RunChange[] {
  const gone = claims.flatMap(({ pieces }) => pieces);
  const adopted = idSet(claims.filter(({ pool }) => pool === null).flatMap(({ pieces }) => pieces));
  const held = facts.held.filter((piece) => !gone.some((range) => range.first === piece.first));
  return facts.pools.flatMap((pool) => {
    if (adopted.some((range) => overlapOf(range, pool.range)))
      return [{ pool: pool.name, remove: "all" as const, add: freeRunsBeside(pool, held) }];
    const blocks = claims
      .filter((claim) => claim.pool === pool.name)
      .flatMap(({ pieces }) => pieces)
      .map((piece) => blockOf(pool, piece));
    if (blocks.length === 0) return [];
    const runs = freeRuns(facts.runs.get(pool.name) ?? []);
    runs.give(subtract(idSet(blocks), idSet(held.map((piece) => heldBlock(pool, piece)))));
    return runs.change(pool.name) ?? [];
  });
}

function heldBlock(pool: Pool, piece: HeldPiece): Range {
  return piece.pool === pool.name ? blockOf(pool, piece) : touchedBlocks(pool, piece);
}

/** The free runs of a pool, worked out anew from all that is held in it. */
export function freeRunsBeside(pool: Pool, held: readonly HeldPiece[]): readonly Range[] {
  return freeRunsOf(
    pool,
    held.map((piece) => heldBlock(pool, piece)),
  );
}

/** Let a live claim live longer: `ttlMs` from now on, or without end. */
export function decideRenewal(
  claim: Claim,
  ttlMs: number | null,
  facts: { readonly now: number; readonly lastSeq: number },
): LedgerDecision<Claim> {
  const { now, lastSeq } = facts;
  if (ttlMs !== null && !(Number.isSafeInteger(ttlMs) && ttlMs > 0))
    return {
      refused: { code: "ERR_USAGE", where: "time to live", expected: "more than 0 milliseconds", got: String(ttlMs) },
    };
  const state = stateNow(claim, now);
  if (state !== "live") return { refused: ended(claim, state) };
  const expiresAt = ttlMs === null ? null : now + ttlMs;
  const event: LedgerEvent = { seq: lastSeq + 1, at: now, type: "renewed", claim: claim.id, expiresAt };
  return { change: { events: [event], runs: [] }, answer: claimAfter(claim, event) };
}

function ended(claim: Claim, state: ClaimState) {
  return {
    code: "ERR_CLAIM_ENDED" as const,
    where: `claim ${showClaim(claim)}`,
    expected: "a claim that is live",
    got: `${state}; its time was up or it was released`,
    fix: "claim anew",
  };
}
