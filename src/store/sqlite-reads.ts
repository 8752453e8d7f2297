import type { Range } from "../core/index.ts";
import { type Claim, type HeldPiece, keptNumber, keptTextOrNull, readClaimFields } from "../policy/index.ts";
import type { LedgerReads } from "./ledger.ts";
import type { SqliteValue } from "./sqlite-driver.ts";
import { eventOf, poolOf, rangeOf, runsFrom, type Statements, tenantOf } from "./sqlite-statements.ts";

/** What can be read of a ledger in SQLite. */
export function readsOf(sql: Statements): LedgerReads {
  return {
    pools: async () => sql.rows("SELECT body FROM pool ORDER BY name").map((row) => poolOf(sql, row)),
    tenants: async () =>
      sql.rows("SELECT name, quota, used FROM tenant ORDER BY name").map((row) => tenantOf(sql, row)),
    claims: async (which) =>
      claimsOf(
        sql,
        which === "all" ? "SELECT * FROM claim ORDER BY id" : "SELECT * FROM claim WHERE freedAt IS NULL ORDER BY id",
      ),
    claim: async (id) => claimsOf(sql, "SELECT * FROM claim WHERE id = ?", id)[0] ?? null,
    claimOfKey: async (key) => claimOfKey(sql, key),
    claimsHolding: async (range) =>
      claimsById(
        sql,
        heldIn(sql, range).map(({ claim }) => claim),
      ),
    claimsEverOf: async (id) => {
      const past = sql.rows("SELECT claim FROM piece WHERE held = 0 AND first <= ? AND first + count > ?", id, id);
      const ids = past.map((row) => keptNumber(row, "claim", sql.path));
      return claimsById(sql, [...ids, ...heldIn(sql, { first: id, count: 1 }).map(({ claim }) => claim)]);
    },
    history: async () => sql.rows("SELECT seq, body FROM event ORDER BY seq").map((row) => eventOf(sql, row)),
    runs: async (pool) => runsFrom(sql, "SELECT first, count FROM run WHERE pool = ? ORDER BY first", pool),
  };
}

/** Claims, and their pieces with them. */
export function claimsOf(sql: Statements, text: string, ...values: SqliteValue[]): readonly Claim[] {
  return sql.rows(text, ...values).map((row) => {
    const id = keptNumber(row, "id", sql.path);
    const pieces = runsFrom(sql, "SELECT first, count FROM piece WHERE claim = ? ORDER BY nth", id);
    return readClaimFields(row, pieces, `${sql.path}, claim ${id}`);
  });
}

export function claimsById(sql: Statements, ids: readonly number[]): readonly Claim[] {
  return [...new Set(ids)].flatMap((id) => claimsOf(sql, "SELECT * FROM claim WHERE id = ?", id));
}

export function claimOfKey(sql: Statements, key: string): Claim | null {
  return claimsOf(sql, "SELECT * FROM claim WHERE key = ? ORDER BY id DESC LIMIT 1", key)[0] ?? null;
}

/** The piece that begins at or below the range may reach into it; the others begin in it. */
export function heldIn(sql: Statements, { first, count }: Range): readonly (HeldPiece & { readonly claim: number })[] {
  const below = sql.rows(
    "SELECT claim, first, count, pool FROM piece WHERE held = 1 AND first <= ? ORDER BY first DESC LIMIT 1",
    first,
  );
  const inside = sql.rows(
    "SELECT claim, first, count, pool FROM piece WHERE held = 1 AND first > ? AND first < ? ORDER BY first",
    first,
    first + count,
  );
  return [...below, ...inside]
    .map((row) => ({
      ...rangeOf(sql, row),
      claim: keptNumber(row, "claim", sql.path),
      pool: keptTextOrNull(row, "pool", sql.path),
    }))
    .filter((piece) => piece.first + piece.count > first);
}

export function lastSeq(sql: Statements): number {
  const row = sql.row("SELECT seq FROM event ORDER BY seq DESC LIMIT 1");
  return row === null ? 0 : keptNumber(row, "seq", sql.path);
}
