import { UsernsError } from "../../core/index.ts";
import { type Claim, stateAt } from "./claim.ts";
import type { LedgerEvent } from "./event.ts";
import type { Pool } from "./pool.ts";

/** All that a history says. */
export interface LedgerState {
  readonly seq: number;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly quotas: ReadonlyMap<string, number>;
  /** Every claim there ever was, by its number, in order. */
  readonly claims: ReadonlyMap<number, Claim>;
}

export const EMPTY_STATE: LedgerState = { seq: 0, pools: new Map(), quotas: new Map(), claims: new Map() };

/**
 * What a claim becomes by an event that is about it.
 *
 * @returns the claim as it is where the event is about something else
 */
export function claimAfter(claim: Claim, event: LedgerEvent): Claim {
  switch (event.type) {
    case "renewed":
      return { ...claim, expiresAt: event.expiresAt };
    case "released":
      return { ...claim, releasedAt: event.releasedAt, freeAt: event.freeAt };
    case "freed":
      return { ...claim, freedAt: event.freedAt };
    default:
      return claim;
  }
}

/**
 * The state after a history.
 *
 * @param from  the state before it
 * @throws UsernsError ERR_STORE_CORRUPT for events that cannot follow each other
 */
export function replayHistory(events: readonly LedgerEvent[], from: LedgerState = EMPTY_STATE): LedgerState {
  const pools = new Map(from.pools);
  const quotas = new Map(from.quotas);
  const claims = new Map(from.claims);
  let { seq } = from;
  for (const event of events) {
    const bad = (expected: string, got: string) =>
      new UsernsError("ERR_STORE_CORRUPT", { where: `history, event ${event.seq}`, expected, got });
    if (event.seq !== seq + 1) throw bad(`event ${seq + 1}`, String(event.seq));
    seq = event.seq;
    if (event.type === "pool") pools.set(event.pool.name, event.pool);
    else if (event.type === "quota") {
      if (event.ids === null) quotas.delete(event.tenant);
      else quotas.set(event.tenant, event.ids);
    } else if (event.type === "claimed") claims.set(event.claim.id, event.claim);
    else {
      const claim = claims.get(event.claim);
      if (!claim) throw bad("an event of a claim that was made before", `${event.type} of c${event.claim}`);
      claims.set(event.claim, claimAfter(claim, event));
    }
  }
  return { seq, pools, quotas, claims };
}

/** The claims that are not freed, at a time. */
export function heldClaims(state: Pick<LedgerState, "claims">, at: number): readonly Claim[] {
  return [...state.claims.values()].filter((claim) => {
    const is = stateAt(claim, at);
    return is === "live" || is === "quarantined";
  });
}
