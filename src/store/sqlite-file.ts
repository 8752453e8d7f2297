import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UsernsError } from "../core/index.ts";
import { type Kept, keptNumber, keptObject } from "../policy/index.ts";
import type { SqliteDatabase, SqliteDriver } from "./sqlite-driver.ts";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./sqlite-schema.ts";

/** How long a transaction waits for those of other processes. */
export const BUSY_MS = 60_000;

/** A claim changes one row each in eight places: small pages make little of it to write. */
const PAGE_BYTES = 1024;

/** How transactions are made: see transactionsOf, which waits longer, and synchronises. */
const SESSION = "PRAGMA busy_timeout = 2; PRAGMA synchronous = NORMAL";

/** SQLite's result codes that are met here, by their names in better-sqlite3 and their numbers in node:sqlite. */
const CODES = {
  SQLITE_BUSY: 5,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_NOTADB: 26,
} as const;

/** What is about the file, its folder or the disk. */
const OF_THE_FILE = ["SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL"] as const;

/** Is this SQLite's error of the code? Extended codes keep theirs in the lowest byte, or at the beginning of the name. */
function isSqlite(error: unknown, code: keyof typeof CODES): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error && typeof error.errcode === "number") return (error.errcode & 0xff) === CODES[code];
  return "code" in error && typeof error.code === "string" && error.code.startsWith(code);
}

/** Is it another's turn? */
export function isBusy(error: unknown): boolean {
  return isSqlite(error, "SQLITE_BUSY");
}

/** An error of SQLite in words; any other as it is. */
export function sqliteFault(error: unknown, path: string): unknown {
  const fault = (code: "ERR_STORE_CORRUPT" | "ERR_STORE_BUSY" | "ERR_FILE", expected: string, fix: string) =>
    new UsernsError(
      code,
      { where: path, expected, got: error instanceof Error ? error.message : String(error), fix },
      { cause: error },
    );
  if (isSqlite(error, "SQLITE_NOTADB") || isSqlite(error, "SQLITE_CORRUPT"))
    return fault("ERR_STORE_CORRUPT", "a ledger in a file of SQLite", "put back a copy of it, or name another file");
  if (isBusy(error))
    return fault("ERR_STORE_BUSY", `a turn within ${BUSY_MS / 1000} s`, "nothing was changed: run it again");
  if (OF_THE_FILE.some((code) => isSqlite(error, code)) || isSystemError(error))
    return fault(
      "ERR_FILE",
      "a file that can be read and written, in a folder where files can be made",
      "nothing was changed: check the path, the permissions and the room on the disk",
    );
  return error;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

export function rowOf(value: unknown, where: string): Kept {
  return keptObject(value, where);
}

function pragma(database: SqliteDatabase, name: string, path: string): number {
  return keptNumber(rowOf(database.prepare(`PRAGMA ${name}`).get(), path), name, path);
}

/**
 * Open a ledger's file, or make it, with its folder.
 *
 * @throws UsernsError ERR_STORE_CORRUPT for a file that is no ledger, ERR_STORE_NEWER for one of a newer version
 */
export async function openSqliteFile(driver: SqliteDriver, path: string): Promise<SqliteDatabase> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const database = driver.open(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
      // Of a file that is there it changes nothing.
      database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
      checkKind(database, path);
      await useWal(database);
      database.exec("BEGIN IMMEDIATE");
      if (checkKind(database, path) === "empty") database.exec(SCHEMA);
      database.exec("COMMIT");
      database.exec(SESSION);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw sqliteFault(error, path);
  }
}

function checkKind(database: SqliteDatabase, path: string): "empty" | "ledger" {
  const version = pragma(database, "user_version", path);
  const application = pragma(database, "application_id", path);
  const { tables } = rowOf(database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get(), path);
  if (application === 0 && version === 0 && Number(tables) === 0) return "empty";
  if (application !== APPLICATION_ID)
    throw new UsernsError("ERR_STORE_CORRUPT", {
      where: path,
      expected: "a ledger of userns",
      got: "a database of something else",
      fix: "name another file",
    });
  if (version > SCHEMA_VERSION)
    throw new UsernsError("ERR_STORE_NEWER", {
      where: path,
      expected: `a ledger of version ${SCHEMA_VERSION} or older`,
      got: `version ${version}`,
      fix: "use the version of userns that made it, or a newer one",
    });
  return "ledger";
}

/** The first of many processes makes it a write-ahead log. Meanwhile the others are refused without being let wait. */
async function useWal(database: SqliteDatabase): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += 10) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error) || waitedMs >= BUSY_MS) throw error;
      await sleep(10);
    }
  }
}
