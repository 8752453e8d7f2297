import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UsernsError } from "../core/index.ts";
import { type Kept, keptNumber, keptObject } from "../policy/index.ts";
import { makeFolder } from "./make-folder.ts";
import type { SqliteDatabase, SqliteDriver } from "./sqlite-driver.ts";
import { BUSY_MS, FILE_NEEDED, isBusy, isSystemError, sqliteFault } from "./sqlite-fault.ts";
import { APPLICATION_ID, CLAIMED, SCHEMA, SCHEMA_VERSION } from "./sqlite-schema.ts";

/** A claim changes one row each in eight places: small pages make little of it to write. */
const PAGE_BYTES = 1024;

/** How transactions are made: see transactionsOf, which waits longer, synchronises, and empties the log. */
const SESSION = `PRAGMA busy_timeout = 2; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;
PRAGMA temp_store = MEMORY; ${CLAIMED}`;

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
    await findPlace(path);
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

/** What is there must be a file; where nothing is, the folder is made. */
async function findPlace(path: string): Promise<void> {
  try {
    const place = await stat(path);
    if (place.isFile()) return;
    const got = place.isDirectory() ? "a folder" : "something that is no regular file";
    throw new UsernsError("ERR_FILE", { where: path, ...FILE_NEEDED, got });
  } catch (error) {
    if (!isSystemError(error) || error.code !== "ENOENT") throw error;
    await makeFolder(dirname(path), 0o700);
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
