import type { Range } from "../../core/index.ts";
import type { Claim } from "./claim.ts";
import type { Happening, LedgerEvent } from "./event.ts";
import {
  type Kept,
  keptList,
  keptNumber,
  keptNumberOrNull,
  keptObject,
  keptOneOf,
  keptText,
  keptTextOrNull,
} from "./kept-fields.ts";
import type { Pool } from "./pool.ts";

const TYPES = ["pool", "quota", "claimed", "renewed", "released", "freed"] as const;

/**
 * An event as it was written down in JSON.
 *
 * @param where  named in errors: `state.db, event 5`
 * @throws UsernsError ERR_STORE_CORRUPT with the field that is wrong
 */
export function readEvent(value: unknown, where: string): LedgerEvent {
  const kept = keptObject(value, where);
  return { seq: keptNumber(kept, "seq", where), at: keptNumber(kept, "at", where), ...readHappening(kept, where) };
}

function readHappening(kept: Kept, where: string): Happening {
  const type = keptOneOf(kept, "type", TYPES, where);
  switch (type) {
    case "pool":
      return { type, pool: readPool(kept.pool, `${where}, pool`) };
    case "quota":
      return { type, tenant: keptText(kept, "tenant", where), ids: keptNumberOrNull(kept, "ids", where) };
    case "claimed":
      return { type, claim: readClaim(kept.claim, `${where}, claim`) };
    case "renewed":
      return { type, claim: keptNumber(kept, "claim", where), expiresAt: keptNumberOrNull(kept, "expiresAt", where) };
    case "released":
      return {
        type,
        claim: keptNumber(kept, "claim", where),
        releasedAt: keptNumber(kept, "releasedAt", where),
        freeAt: keptNumberOrNull(kept, "freeAt", where),
        because: keptOneOf(kept, "because", ["asked", "expired"] as const, where),
      };
    case "freed":
      return {
        type,
        claim: keptNumber(kept, "claim", where),
        freedAt: keptNumber(kept, "freedAt", where),
        because: keptOneOf(kept, "because", ["scrubbed", "time"] as const, where),
      };
  }
}

function readRange(value: unknown, where: string): Range {
  const kept = keptObject(value, where);
  return { first: keptNumber(kept, "first", where), count: keptNumber(kept, "count", where) };
}

/** A pool as it was written down in JSON. @throws UsernsError ERR_STORE_CORRUPT */
export function readPool(value: unknown, where: string): Pool {
  const kept = keptObject(value, where);
  return {
    name: keptText(kept, "name", where),
    range: readRange(kept.range, `${where}, range`),
    alignment: keptNumber(kept, "alignment", where),
    size: keptNumber(kept, "size", where),
    guard: keptNumber(kept, "guard", where),
    quarantineMs: keptNumberOrNull(kept, "quarantineMs", where),
    includes: keptList(kept, "includes", where).map((name) => keptText({ name }, "name", `${where}, includes`)),
  };
}

function readClaim(value: unknown, where: string): Claim {
  const kept = keptObject(value, where);
  const pieces = keptList(kept, "pieces", where).map((piece) => readRange(piece, `${where}, pieces`));
  return readClaimFields(kept, pieces, where);
}

/** A claim whose fields and pieces were kept apart: a row of a table, and its pieces. @throws UsernsError ERR_STORE_CORRUPT */
export function readClaimFields(kept: Kept, pieces: readonly Range[], where: string): Claim {
  return {
    id: keptNumber(kept, "id", where),
    pool: keptTextOrNull(kept, "pool", where),
    pieces,
    owner: keptText(kept, "owner", where),
    tenant: keptText(kept, "tenant", where),
    purpose: keptTextOrNull(kept, "purpose", where),
    key: keptTextOrNull(kept, "key", where),
    source: keptTextOrNull(kept, "source", where),
    claimedAt: keptNumber(kept, "claimedAt", where),
    expiresAt: keptNumberOrNull(kept, "expiresAt", where),
    releasedAt: keptNumberOrNull(kept, "releasedAt", where),
    freeAt: keptNumberOrNull(kept, "freeAt", where),
    freedAt: keptNumberOrNull(kept, "freedAt", where),
  };
}
