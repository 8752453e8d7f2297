import { contains, type Extent, type IdMap, idMap, type Range, sizeOf } from "../../core/index.ts";

/** What is asked of a pool. */
export interface ClaimRequest {
  readonly pool: string;
  /** Ids; the pool's own size where it is left out. */
  readonly size?: number;
  /** Who uses them: `web-0`. */
  readonly owner: string;
  /** Whose quota they count against. */
  readonly tenant: string;
  readonly purpose?: string;
  /** A name for the claim: asked again with it, the same claim is the answer for as long as it is live. */
  readonly key?: string;
  /** Released by itself after so long, unless it is renewed. */
  readonly ttlMs?: number;
  /** May the ids come from several places, as many as a map has lines? */
  readonly pieces?: boolean;
}

/** Ids that somebody has, or had. Times are milliseconds since 1970. */
export interface Claim {
  /** The number of the event that made it; shown as `c17`. */
  readonly id: number;
  /** null for ids that were adopted. */
  readonly pool: string | null;
  /** In the order in which its map lays them out, from id 0 inside. */
  readonly pieces: readonly Range[];
  readonly owner: string;
  readonly tenant: string;
  readonly purpose: string | null;
  readonly key: string | null;
  /** Where it was adopted from: `/etc/subuid:3`. */
  readonly source: string | null;
  readonly claimedAt: number;
  readonly expiresAt: number | null;
  readonly releasedAt: number | null;
  /** When its quarantine ends by itself; null before it begins, and where only a scrub ends it. */
  readonly freeAt: number | null;
  readonly freedAt: number | null;
}

/** In use; given back, and not yet handed out again; anybody's. */
export type ClaimState = "live" | "quarantined" | "freed";

/**
 * The state of a claim at a time, whether or not it was written down since: a claim whose time is up is not live.
 *
 * @returns null before it was made
 */
export function stateAt(claim: Claim, at: number): ClaimState | null {
  if (at < claim.claimedAt) return null;
  const end = claim.releasedAt ?? claim.expiresAt;
  if (end === null || at < end) return "live";
  const freed = claim.freedAt ?? claim.freeAt;
  return freed === null || at < freed ? "quarantined" : "freed";
}

/** The state of a claim for whoever decides now: one that was made by a clock that is ahead of ours is live, not to come. */
export function stateNow(claim: Claim, now: number): ClaimState {
  return stateAt(claim, Math.max(now, claim.claimedAt)) ?? "live";
}

/** When time alone changes the claim next: its end, or that of its quarantine; null where it does not. */
export function dueAt(claim: Claim): number | null {
  if (claim.freedAt !== null) return null;
  return claim.releasedAt === null ? claim.expiresAt : claim.freeAt;
}

/** How many ids a claim has. */
export function claimSize(claim: Claim): number {
  return sizeOf(claim.pieces);
}

/**
 * The map of whoever has the claim: its pieces one behind the other, from id 0 inside. It is the same after a restart.
 *
 * @example mapOfPieces([{ first: 200, count: 10 }, { first: 100, count: 5 }]).extents
 *          // [{ first: 0, lowerFirst: 200, count: 10 }, { first: 10, lowerFirst: 100, count: 5 }]
 */
export function mapOfPieces(pieces: readonly Range[]): IdMap {
  const extents: Extent[] = [];
  let inside = 0;
  for (const { first, count } of pieces) {
    extents.push({ first: inside, lowerFirst: first, count });
    inside += count;
  }
  return idMap(extents);
}

/** What an id of the claim is inside, by its map. @throws Error for an id that it does not hold */
export function insideOfClaim({ pieces }: Pick<Claim, "pieces">, id: number): number {
  let before = 0;
  for (const piece of pieces) {
    if (contains(piece, id)) return before + (id - piece.first);
    before += piece.count;
  }
  throw new Error(`${id} is in no piece`);
}

/** `c17` */
export function showClaim(claim: Pick<Claim, "id">): string {
  return `c${claim.id}`;
}
