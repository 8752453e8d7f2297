import { fits, MAX_ID, overlapOf, type Range, sortedByFirst } from "../../core/index.ts";
import { type Claim, showClaim } from "./claim.ts";
import { badText } from "./decide-claims.ts";
import { freeRunsBeside, type HeldPiece } from "./decide-release.ts";
import { type LedgerDecision, numbered } from "./decision.ts";
import type { LedgerEvent } from "./event.ts";
import { type Pool, showRange } from "./pool.ts";
import type { LedgerRefusal } from "./refusal.ts";

/** Ids that somebody uses already, and that no pool handed out. */
export interface Adoption extends Range {
  readonly owner: string;
  readonly tenant: string;
  readonly purpose?: string;
  /** Where that is written: `/etc/subuid:3`. */
  readonly source: string;
}

/** What has to be known to adopt ranges. */
export interface AdoptionFacts {
  readonly now: number;
  readonly lastSeq: number;
  /** The claims, live or in quarantine, that have an id of the ranges. */
  readonly claims: readonly Claim[];
  /** The pools that have an id of the ranges. */
  readonly pools: readonly Pool[];
  /** Everything that is held in those pools. */
  readonly held: readonly HeldPiece[];
}

/**
 * Enter ranges that are in use, all of them or none. One that its owner has already, to the id, is not entered twice:
 * so a file may be adopted again. Any other id that two would have refuses all.
 *
 * A quota does not bind here: the ids are used whether or not they are known.
 */
export function decideAdoption(wanted: readonly Adoption[], facts: AdoptionFacts): LedgerDecision<readonly Claim[]> {
  const refused = findBad(wanted) ?? findOverlap(wanted);
  if (refused) return { refused };
  const numbers = numbered(facts.lastSeq);
  const answer: Claim[] = [];
  const events: LedgerEvent[] = [];
  const fresh: Range[] = [];
  const holderOf = holderIndex(facts.claims);
  for (const adoption of unlike(wanted)) {
    const holder = holderOf(adoption);
    if (!holder) {
      const claim = adopted(numbers.next(), adoption, facts.now);
      events.push({ seq: claim.id, at: facts.now, type: "claimed", claim });
      fresh.push(adoption);
      answer.push(claim);
    } else if (isSame(holder, adoption)) answer.push(holder);
    else return { refused: isHeld(adoption, holder) };
  }
  const runs = facts.pools
    .filter((pool) => fresh.some((range) => overlapOf(pool.range, range)))
    .map((pool) => ({
      pool: pool.name,
      remove: "all" as const,
      add: freeRunsBeside(pool, [...facts.held, ...fresh.map((range) => ({ ...range, pool: null }))]),
    }));
  return { change: { events, runs }, answer };
}

function adopted(id: number, { first, count, owner, tenant, purpose, source }: Adoption, now: number): Claim {
  return {
    id,
    pool: null,
    pieces: [{ first, count }],
    owner,
    tenant,
    purpose: purpose ?? null,
    key: null,
    source,
    claimedAt: now,
    expiresAt: null,
    releasedAt: null,
    freeAt: null,
    freedAt: null,
  };
}

function isSame(claim: Claim, { first, count, owner }: Adoption): boolean {
  const [piece] = claim.pieces;
  return (
    claim.releasedAt === null &&
    claim.pieces.length === 1 &&
    piece?.first === first &&
    piece.count === count &&
    claim.owner === owner
  );
}

/** Each once: a user usually has the same range of users and of groups. */
function unlike(wanted: readonly Adoption[]): readonly Adoption[] {
  // Ranges that begin alike are twins: others were refused as overlapping.
  const byFirst = new Map<number, Adoption>();
  for (const one of wanted) if (!byFirst.has(one.first)) byFirst.set(one.first, one);
  return [...byFirst.values()];
}

/** Who has an id of a range? Claims share none, so one search by the first id answers. */
function holderIndex(claims: readonly Claim[]): (range: Range) => Claim | null {
  const pieces = sortedByFirst(claims.flatMap((claim) => claim.pieces.map((piece) => ({ ...piece, claim }))));
  return (range) => {
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = pieces[middle];
      if (piece && piece.first + piece.count <= range.first) low = middle + 1;
      else high = middle;
    }
    const found = pieces[low];
    return found && overlapOf(found, range) ? found.claim : null;
  };
}

function isTwin(a: Adoption, b: Adoption): boolean {
  return a.first === b.first && a.count === b.count && a.owner === b.owner;
}

function findBad(wanted: readonly Adoption[]): LedgerRefusal | null {
  for (const { first, count, owner, tenant, purpose, source } of wanted) {
    if (!Number.isInteger(first) || !Number.isInteger(count) || !fits({ first, count }))
      return {
        code: "ERR_ID_RANGE",
        where: source,
        expected: `ids from 0 to ${MAX_ID}, at least one`,
        got: `${first}:${count}`,
      };
    const bad = badText(`${source}, owner`, owner) ?? badText("tenant", tenant) ?? badText("purpose", purpose);
    if (bad) return bad;
  }
  return null;
}

function findOverlap(wanted: readonly Adoption[]): LedgerRefusal | null {
  const sorted = sortedByFirst(wanted);
  for (const [at, range] of sorted.entries()) {
    // Twins stand side by side, and what comes behind one is compared with the one of them that is last.
    const before = sorted[at - 1];
    if (!before || !overlapOf(before, range) || isTwin(before, range)) continue;
    return {
      code: "ERR_RANGE_HELD",
      where: range.source,
      expected: "ids that nobody else has",
      got: `${showRange(range)} for ${range.owner}, which shares ids with ${before.source}, ${showRange(before)} for ${before.owner}`,
      fix: "nothing was entered: mend one of the two, or leave it out",
    };
  }
  return null;
}

function isHeld(adoption: Adoption, holder: Claim): LedgerRefusal {
  const [piece] = holder.pieces.filter((range) => overlapOf(range, adoption));
  const has = piece ? showRange(piece) : "";
  return {
    code: "ERR_RANGE_HELD",
    where: adoption.source,
    expected: "ids that nobody else has",
    got: `${showRange(adoption)} for ${adoption.owner}, which shares ids with ${showClaim(holder)}, ${has} of ${holder.owner}${holder.releasedAt === null ? "" : ", in quarantine"}`,
    fix: `nothing was entered: leave the range out, or release ${showClaim(holder)} and report its scrub`,
  };
}
