import { contains } from "../../core/index.ts";
import type { NamedId } from "../account-overlap.ts";
import { type Claim, claimSize, insideOfClaim, stateNow } from "./claim.ts";

/** What a name may be made of, so that a line of passwd can hold it, and a `+` always ends it. */
const NAMEABLE = /^[A-Za-z0-9_.-]{1,200}$/;

/** Does a name, by its form, belong to ids of the ledger? */
export function isClaimName(name: string): boolean {
  return /^container[-+]/.test(name);
}

/** A name that an id has while the claim that holds it lives. */
export interface ClaimedName extends NamedId {
  readonly claim: Claim;
  /** What the id is inside, by the claim's map. */
  readonly inside: number;
}

/** The names of the ids of live claims; users and groups alike. */
export interface ClaimNames {
  /** @returns null where no live claim holds the id */
  byId(id: number): ClaimedName | null;
  /** @returns null where the name is none, or no longer */
  byName(name: string): ClaimedName | null;
  /** The names of the first ids of every claim, as many as are asked for. */
  list(firstIds: number): Iterable<ClaimedName>;
}

/**
 * Names for dynamic ids: id 0 of `web-0` is `container-web-0`, id 33 is `container-web-0+33`. Where an owner has several
 * claims all but the oldest go by their number, and so does one whose name no line of passwd can hold: `container+c17`.
 *
 * @param claims  of the ledger; those that do not live at `now` have no names
 * @example claimNames([], 0).byName("container-web-0") // null
 */
export function claimNames(claims: readonly Claim[], now: number): ClaimNames {
  const live = claims.filter((claim) => stateNow(claim, now) === "live").sort((a, b) => a.id - b.id);
  const bases = new Map<Claim, string>();
  const byBase = new Map<string, Claim>();
  for (const claim of live) {
    const own = `container-${claim.owner}`;
    const base = NAMEABLE.test(claim.owner) && !byBase.has(own) ? own : `container+c${claim.id}`;
    bases.set(claim, base);
    byBase.set(base, claim);
  }
  const nameOf = (claim: Claim, inside: number): ClaimedName => ({
    name: `${bases.get(claim)}${inside === 0 ? "" : `+${inside}`}`,
    id: idAt(claim, inside),
    claim,
    inside,
  });
  return {
    byId(id) {
      const claim = live.find(({ pieces }) => pieces.some((piece) => contains(piece, id)));
      return claim ? nameOf(claim, insideOfClaim(claim, id)) : null;
    },
    byName(name) {
      const [, base, digits] = /^(container-[^+]+|container\+c\d+)(?:\+([1-9]\d*))?$/.exec(name) ?? [];
      const claim = base === undefined ? undefined : byBase.get(base);
      const inside = Number(digits ?? 0);
      return claim && inside < claimSize(claim) ? nameOf(claim, inside) : null;
    },
    *list(firstIds) {
      for (const claim of live)
        for (let inside = 0; inside < Math.min(firstIds, claimSize(claim)); inside++) yield nameOf(claim, inside);
    },
  };
}

function idAt({ pieces }: Claim, inside: number): number {
  let left = inside;
  for (const { first, count } of pieces) {
    if (left < count) return first + left;
    left -= count;
  }
  throw new Error(`${inside} is in no piece`);
}
