import { showExtent } from "../core/index.ts";
import { type Claim, type ClaimState, mapOfPieces, showClaim, stateNow } from "../policy/index.ts";
import { showTime } from "./duration.ts";
import { withoutControls } from "./terminal.ts";

/** A range that is held: an element of `userns alloc list --json`. Times are ISO 8601, null where there is none. */
export interface RangeAnswer {
  readonly start: number;
  readonly count: number;
  readonly owner: string;
  readonly state: ClaimState;
  /** `c17`: the claim that the range belongs to; one that came in pieces has several ranges. */
  readonly claim: string;
  readonly tenant: string;
  /** null for a range that was adopted; then `source` says where from. */
  readonly pool: string | null;
  readonly purpose: string | null;
  readonly key: string | null;
  readonly source: string | null;
  readonly since: string;
  readonly expires: string | null;
  readonly released: string | null;
  /** When its quarantine ends by itself. */
  readonly free: string | null;
}

/** The `--json` of `userns alloc claim`, `renew` and `release`; of `claim --repeat` and `adopt` a list of these. */
export interface ClaimAnswer extends RangeAnswer {
  /** All ranges of the claim; `start` and `count` are the first one's. */
  readonly pieces: readonly { readonly start: number; readonly count: number }[];
  /** Its ranges end to end, from id 0 inside: what `--map` takes. */
  readonly map: string;
}

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : showTime(ms));

/** Every range of a claim. */
export function rangeAnswers(claim: Claim, now: number): readonly RangeAnswer[] {
  return claim.pieces.map(({ first, count }) => ({
    start: first,
    count,
    owner: claim.owner,
    state: stateNow(claim, now),
    claim: showClaim(claim),
    tenant: claim.tenant,
    pool: claim.pool,
    purpose: claim.purpose,
    key: claim.key,
    source: claim.source,
    since: showTime(claim.claimedAt),
    expires: timeOrNull(claim.expiresAt),
    released: timeOrNull(claim.releasedAt),
    free: timeOrNull(claim.freeAt),
  }));
}

export function claimAnswer(claim: Claim, now: number): ClaimAnswer {
  const [first] = rangeAnswers(claim, now);
  if (!first) throw new Error(`claim ${claim.id} has no range`);
  const pieces = claim.pieces.map((piece) => ({ start: piece.first, count: piece.count }));
  return { ...first, pieces, map: mapOfPieces(claim.pieces).extents.map(showExtent).join(",") };
}

/** What a person is told of the state: `live until 2026-…`. */
export function stateText(claim: Claim, now: number): string {
  const state = stateNow(claim, now);
  if (state === "live") return claim.expiresAt === null ? state : `live until ${showTime(claim.expiresAt)}`;
  if (state === "quarantined")
    return claim.freeAt === null ? "quarantined until a scrub" : `quarantined until ${showTime(claim.freeAt)}`;
  return state;
}

/** A claim in a line, and its map where it is more than a range. */
export function claimLines(claim: Claim, now: number): readonly string[] {
  const ranges = claim.pieces.map(({ first, count }) => `${first}:${count}`).join(",");
  const line = `${showClaim(claim)}  ${ranges}  ${withoutControls(claim.owner)}  ${stateText(claim, now)}`;
  return [line, `  map  ${claimAnswer(claim, now).map}`];
}
