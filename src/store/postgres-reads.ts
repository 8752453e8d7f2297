import type { Range } from "../core/index.ts";
import {
  type Claim,
  type HeldPiece,
  type Kept,
  keptJson,
  keptList,
  keptNumber,
  keptNumberOrNull,
  keptObject,
  keptText,
  keptTextOrNull,
  type Pool,
  readClaimFields,
  readEvent,
  readPool,
} from "../policy/index.ts";
import type { LedgerReads, Tenant } from "./ledger.ts";
import type { PostgresConnection } from "./postgres-connection.ts";

const CLAIM = "SELECT * FROM userns.claim_whole";

/** What can be read of a ledger in PostgreSQL. */
export function readsOf(connection: PostgresConnection, where: string): LedgerReads {
  const { rows } = connection;
  const claims = async (name: string, rest: string, values: readonly unknown[] = []): Promise<readonly Claim[]> =>
    (await rows(name, `${CLAIM} ${rest}`, values)).map((row) => claimOf(row, where));
  return {
    pools: async () =>
      (await rows("pools", "SELECT body FROM userns.pool ORDER BY name")).map((row) => poolOf(row, where)),
    tenants: async () =>
      (await rows("tenants", "SELECT name, quota, used FROM userns.tenant ORDER BY name")).map((row) =>
        tenantOf(row, where),
      ),
    claims: (which) =>
      which === "all"
        ? claims("claims-all", "ORDER BY id")
        : claims("claims-held", 'WHERE "freedAt" IS NULL ORDER BY id'),
    claim: async (id) => (await claims("claim", "WHERE id = $1", [id]))[0] ?? null,
    claimOfKey: async (key) => (await claims("claim-key", "WHERE key = $1 ORDER BY id DESC LIMIT 1", [key]))[0] ?? null,
    claimsHolding: ({ first, count }) =>
      claims(
        "claims-holding",
        "WHERE id IN (SELECT claim FROM userns.piece WHERE held AND ids && int8range($1, $2)) ORDER BY id",
        [first, first + count],
      ),
    claimsEverOf: (id) =>
      claims(
        "claims-ever",
        `WHERE id IN (SELECT claim FROM userns.piece WHERE held AND ids @> $1::int8
          UNION ALL SELECT claim FROM userns.piece WHERE NOT held AND ids @> $1::int8) ORDER BY id`,
        [id],
      ),
    history: async () =>
      (await rows("history", "SELECT seq, body FROM userns.event ORDER BY seq")).map((row) => {
        const place = `${where}, event ${row.seq}`;
        return readEvent(keptJson(keptText(row, "body", place), place), place);
      }),
    runs: async (pool) =>
      (await rows("runs", "SELECT first, count FROM userns.run WHERE pool = $1 ORDER BY first", [pool])).map((row) =>
        rangeOf(row, where),
      ),
  };
}

export function poolOf(row: Kept, where: string): Pool {
  const place = `${where}, pool`;
  return readPool(keptJson(keptText(row, "body", place), place), place);
}

export function tenantOf(row: Kept, where: string): Tenant {
  return {
    name: keptText(row, "name", where),
    quota: keptNumberOrNull(row, "quota", where),
    used: keptNumber(row, "used", where),
  };
}

export function rangeOf(value: unknown, where: string): Range {
  const row = keptObject(value, where);
  return { first: keptNumber(row, "first", where), count: keptNumber(row, "count", where) };
}

export function heldOf(row: Kept, where: string): HeldPiece {
  return { ...rangeOf(row, where), pool: keptTextOrNull(row, "pool", where) };
}

export function claimOf(row: Kept, where: string): Claim {
  const pieces = keptList(row, "pieces", where).map((piece) => rangeOf(piece, where));
  return readClaimFields(row, pieces, `${where}, claim`);
}
