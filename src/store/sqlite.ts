import type { Range } from "../core/index.ts";
import {
  type Change,
  type Claim,
  type ClaimRequest,
  keptNumber,
  keptNumberOrNull,
  keptText,
  runsWanted,
} from "../policy/index.ts";
import { inTurn } from "./in-turn.ts";
import type { KnownForClaims, Ledger, LedgerReads, LedgerTransaction, Tenant } from "./ledger.ts";
import { plainChange, plainRun, plainTerms, type SupposedPool } from "./plain-claim.ts";
import { append } from "./sqlite-append.ts";
import { type SqliteDriver, sqliteDriver } from "./sqlite-driver.ts";
import { openSqliteFile } from "./sqlite-file.ts";
import { claimOfKey, claimsById, heldIn, lastSeq, readsOf } from "./sqlite-reads.ts";
import { poolOf, rangeOf, runsFrom, type Statements, statementsOf, tenantOf } from "./sqlite-statements.ts";
import { transactionsOf } from "./sqlite-transaction.ts";

/** The log is emptied by who writes each so-manieth event, and then is some three megabytes long. */
const EVENTS_OF_A_LOG = 256;

/**
 * A ledger in a file of SQLite, for all the processes of one host.
 *
 * Writers wait for each other (immediate transactions) and readers for nobody (write-ahead log); an answered change
 * survives a crash. The file must be on a local disk.
 *
 * @param driver  the runtime's own, unless told
 * @throws UsernsError ERR_STORE_DRIVER, ERR_STORE_CORRUPT, ERR_STORE_NEWER, ERR_FILE
 */
export async function sqliteLedger(path: string, driver?: SqliteDriver): Promise<Ledger> {
  const database = await openSqliteFile(driver ?? (await sqliteDriver()), path);
  const transactions = transactionsOf(database, path);
  const sql = statementsOf(database, path);
  const turns = inTurn();
  const reads = readsOf(sql);
  const pools = new Map<string, SupposedPool>();
  let isLogLong = false;
  const write = (change: Change): void => {
    append(sql, change);
    isLogLong ||= change.events.some(({ seq }) => seq % EVENTS_OF_A_LOG === 0);
  };
  const transaction: LedgerTransaction = {
    ...reads,
    ...transactionOf(sql, pools),
    append: async (change) => write(change),
  };
  const written = <T>(work: () => Promise<T>): Promise<T> =>
    turns(async () => {
      isLogLong = false;
      const result = await work();
      if (isLogLong) transactions.emptyLog();
      return result;
    });
  return {
    name: path,
    read: (work) => turns(() => transactions.read(() => work(reads))),
    write: (work) => written(() => transactions.write(() => work(transaction))),
    claimAtOnce: (request, now) =>
      written(async () => {
        const supposed = pools.get(request.pool);
        return supposed ? transactions.writeAtOnce(() => claimAtOnce(sql, supposed, request, now, write)) : null;
      }),
    close: () => turns(async () => transactions.close()),
  };
}

const PLAIN = plainRun({ body: "?", pool: "?", size: "?", block: "?", tenant: "?", key: "?", now: "?" });

function claimAtOnce(
  sql: Statements,
  supposed: SupposedPool,
  request: ClaimRequest,
  now: number,
  write: (change: Change) => void,
): Claim | null {
  const terms = plainTerms(supposed, request, now);
  const { body, pool, size, block, tenant, key } = terms;
  const row = sql.row(PLAIN, body, pool, size, block, tenant, key, now);
  if (row === null) return null;
  const { claim, change } = plainChange(keptNumber(row, "id", sql.path), request, terms, rangeOf(sql, row));
  write(change);
  return claim;
}

const DUE = `SELECT id FROM (
  SELECT id FROM claim WHERE releasedAt IS NULL AND expiresAt IS NOT NULL AND expiresAt <= ?
  UNION ALL
  SELECT id FROM claim WHERE releasedAt IS NOT NULL AND freedAt IS NULL AND freeAt IS NOT NULL AND freeAt <= ?
) ORDER BY id LIMIT ? + 0`;

function dueIds(sql: Statements, now: number, most: number): readonly number[] {
  return sql.rows(DUE, now, now, most).map((row) => keptNumber(row, "id", sql.path));
}

/** Everything but claims and runs, in one statement: each costs more than what it reads. */
const KNOWN = `SELECT
  (SELECT seq FROM event ORDER BY seq DESC LIMIT 1) AS seq,
  EXISTS (SELECT 1 FROM claim WHERE releasedAt IS NULL AND expiresAt IS NOT NULL AND expiresAt <= ?)
    OR EXISTS (
      SELECT 1 FROM claim WHERE releasedAt IS NOT NULL AND freedAt IS NULL AND freeAt IS NOT NULL AND freeAt <= ?
    ) AS due,
  (SELECT body FROM pool WHERE name = ?) AS body`;
// SQLite plans anew for each bare LIMIT ?, which takes longer than the question.
const FITTING = "SELECT first, count FROM run WHERE pool = ? AND count >= ? ORDER BY count, first LIMIT ? + 0";
const LARGEST = "SELECT first, count FROM run WHERE pool = ? ORDER BY count DESC LIMIT ? + 0";

function knownForClaims(
  sql: Statements,
  pools: Map<string, SupposedPool>,
  name: string,
  requests: readonly ClaimRequest[],
  now: number,
): KnownForClaims {
  const row = sql.row(KNOWN, now, now, name);
  const isDue = row?.due === 1;
  if (!row || row.body === null) return { facts: null, isDue };
  const pool = poolOf(sql, row);
  pools.set(name, { pool, body: keptText(row, "body", sql.path) });
  const keyed = new Map<string, Claim>();
  for (const { key } of requests) {
    const claim = key === undefined ? null : claimOfKey(sql, key);
    if (claim?.key) keyed.set(claim.key, claim);
  }
  const tenants = new Map<string, Tenant>();
  for (const tenant of new Set(requests.map((request) => request.tenant))) {
    const found = sql.row("SELECT name, quota, used FROM tenant WHERE name = ?", tenant);
    if (found) tenants.set(tenant, tenantOf(sql, found));
  }
  const { counts, of, largest } = runsWanted(requests, pool);
  const fitting = counts.map((count) => runsFrom(sql, FITTING, name, count, of));
  // The largest are of use to claims in pieces, and to say what is left where nothing fits.
  const isEnough = largest === 1 && fitting.every((runs) => runs.length > 0);
  const runs = [...fitting.flat(), ...(isEnough ? [] : runsFrom(sql, LARGEST, name, largest))];
  const byFirst = new Map(runs.map((run) => [run.first, run]));
  const lastSeq = keptNumberOrNull(row, "seq", sql.path) ?? 0;
  return { facts: { now, lastSeq, pool, keyed, tenants, runs: [...byFirst.values()] }, isDue };
}

function transactionOf(
  sql: Statements,
  pools: Map<string, SupposedPool>,
): Omit<LedgerTransaction, keyof LedgerReads | "append"> {
  return {
    lastSeq: async () => lastSeq(sql),
    knownForClaims: async (name, requests, now) => knownForClaims(sql, pools, name, requests, now),
    due: async (now, most) => claimsById(sql, dueIds(sql, now, most)),
    async runsBeside(pool, ranges) {
      const found = new Map<number, Range>();
      const text = `SELECT first, count FROM run WHERE pool = ? AND first >=
        coalesce((SELECT first FROM run WHERE pool = ? AND first <= ? ORDER BY first DESC LIMIT 1), ?)
        AND first <= ? AND first + count >= ?`;
      for (const { first, count } of ranges)
        for (const run of runsFrom(sql, text, pool, pool, first, first, first + count, first))
          found.set(run.first, run);
      return [...found.values()];
    },
    heldIn: async (range) => heldIn(sql, range).map(({ first, count, pool }) => ({ first, count, pool })),
  };
}
