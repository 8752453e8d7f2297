import type { Range } from "../core/index.ts";
import {
  type Kept,
  keptJson,
  keptNumber,
  keptNumberOrNull,
  keptText,
  type LedgerEvent,
  type Pool,
  readEvent,
  readPool,
} from "../policy/index.ts";
import type { Tenant } from "./ledger.ts";
import type { SqliteDatabase, SqliteStatement, SqliteValue } from "./sqlite-driver.ts";
import { rowOf } from "./sqlite-file.ts";

/** Statements of one database, by their texts. Values take the place of each `?` in turn: numbered ones differ by driver. */
export interface Statements {
  readonly path: string;
  row(text: string, ...values: SqliteValue[]): Kept | null;
  rows(text: string, ...values: SqliteValue[]): readonly Kept[];
  run(text: string, ...values: SqliteValue[]): void;
}

/** Each text is compiled once. */
export function statementsOf(database: SqliteDatabase, path: string): Statements {
  const compiled = new Map<string, SqliteStatement>();
  const statement = (text: string): SqliteStatement => {
    const known = compiled.get(text);
    if (known) return known;
    const fresh = database.prepare(text);
    compiled.set(text, fresh);
    return fresh;
  };
  return {
    path,
    row(text, ...values) {
      const row = statement(text).get(...values);
      return row === undefined ? null : rowOf(row, path);
    },
    rows: (text, ...values) =>
      statement(text)
        .all(...values)
        .map((row) => rowOf(row, path)),
    run: (text, ...values) => void statement(text).run(...values),
  };
}

export function poolOf(sql: Statements, row: Kept): Pool {
  const where = `${sql.path}, pool`;
  return readPool(keptJson(keptText(row, "body", where), where), where);
}

export function eventOf(sql: Statements, row: Kept): LedgerEvent {
  const where = `${sql.path}, event ${row.seq}`;
  return readEvent(keptJson(keptText(row, "body", where), where), where);
}

export function tenantOf({ path }: Statements, row: Kept): Tenant {
  const where = `${path}, tenant`;
  return {
    name: keptText(row, "name", where),
    quota: keptNumberOrNull(row, "quota", where),
    used: keptNumber(row, "used", where),
  };
}

export function rangeOf({ path }: Statements, row: Kept): Range {
  return { first: keptNumber(row, "first", path), count: keptNumber(row, "count", path) };
}

export function runsFrom(sql: Statements, text: string, ...values: SqliteValue[]): readonly Range[] {
  return sql.rows(text, ...values).map((row) => rangeOf(sql, row));
}
