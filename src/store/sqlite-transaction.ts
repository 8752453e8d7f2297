import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { UsernsError } from "../core/index.ts";
import { keptNumber } from "../policy/index.ts";
import { OverlapBarred } from "./ledger.ts";
import type { SqliteDatabase, SqliteStatement } from "./sqlite-driver.ts";
import { BUSY_MS, isBusy, sqliteFault } from "./sqlite-fault.ts";
import { rowOf } from "./sqlite-file.ts";

/** How long others may keep the log from being emptied, until that is left to a later change. */
const EMPTYING_MS = 50;

/** Transactions of one connection, one at a time. When `work` throws, or the turn never comes, nothing is changed. */
export interface SqliteTransactions {
  read<T>(work: () => Promise<T>): Promise<T>;
  /** What was written is on the disk when this resolves. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /** The same of work that waits for nothing, with less ado. null: it did nothing, which is not waited for. */
  writeAtOnce<T>(work: () => T | null): Promise<T | null>;
  /** Move what the log holds into the file, so that the next to write begins the log anew; not when others are long. */
  emptyLog(): void;
  close(): void;
}

/**
 * Transactions that wait for each other, and not for each other's disk.
 *
 * SQLite itself commits without synchronising its log (`synchronous = NORMAL`), and so gives up the turn at once; who
 * wrote then synchronises the log before answering. That is as durable as `FULL`, which does the same with the turn
 * still held: an answered change, and every earlier one that it rests on, is on the disk. Processes that synchronise at
 * the same time share one flush.
 *
 * SQLite would empty its log with each commit that finds it long, which among many writers never comes to an end:
 * somebody always writes meanwhile, the log grows, and each commit flushes log and file once more (measured: eight
 * processes flushed 1.6 times a claim). So that is off, and `emptyLog` does it with the turn held, now and then.
 */
export function transactionsOf(database: SqliteDatabase, path: string): SqliteTransactions {
  const begin = database.prepare("BEGIN");
  const beginAlone = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const empty = database.prepare("PRAGMA wal_checkpoint(RESTART)");
  const log = openLog(database, path);

  async function attempt<T>(start: SqliteStatement, work: () => Promise<T>): Promise<T> {
    start.run();
    try {
      const result = await work();
      commit.run();
      return result;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }
  function attemptAtOnce<T>(work: () => T): T {
    beginAlone.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }
  /** SQLite waits two milliseconds for a turn; its longer waits would leave everybody asleep between two turns. */
  async function patiently<T>(attempt: () => T | Promise<T>): Promise<T> {
    for (const since = performance.now(); ; await setImmediate())
      try {
        return await attempt();
      } catch (error) {
        if (isBusy(error) && performance.now() - since < BUSY_MS) continue;
        throw isBarred(error)
          ? new OverlapBarred(`${path}: two claims would share ids`, { cause: error })
          : sqliteFault(error, path);
      }
  }
  function synchronise(): void {
    try {
      fdatasyncSync(log);
    } catch (error) {
      throw notKept(error, path);
    }
  }
  return {
    read: (work) => patiently(() => attempt(begin, work)),
    async write(work) {
      const result = await patiently(() => attempt(beginAlone, work));
      synchronise();
      return result;
    },
    async writeAtOnce(work) {
      const result = await patiently(() => attemptAtOnce(work));
      if (result !== null) synchronise();
      return result;
    },
    emptyLog() {
      try {
        for (const since = performance.now(); performance.now() - since < EMPTYING_MS; )
          if (keptNumber(rowOf(empty.get(), path), "busy", path) === 0) return;
      } catch {
        // What was answered is on the disk. If that has no room for more, the next to write will tell.
      }
    },
    close() {
      closeSync(log);
      database.close();
    },
  };
}

/** The log beside the file that the database is in: of a link, beside the one that it leads to. */
function openLog(database: SqliteDatabase, path: string): number {
  const { file } = rowOf(database.prepare("PRAGMA database_list").get(), path);
  try {
    return openSync(`${file}-wal`, "r+");
  } catch (error) {
    database.close();
    throw sqliteFault(error, path);
  }
}

function notKept(error: unknown, path: string): UsernsError {
  return new UsernsError(
    "ERR_FILE",
    {
      where: path,
      expected: "a disk that keeps what is written",
      got: error instanceof Error ? error.message : String(error),
      fix: "check the disk, and run it again: a power cut might still undo it, and with the same key it is made once",
    },
    { cause: error },
  );
}

function isBarred(error: unknown): boolean {
  return error instanceof Error && /piece overlaps|UNIQUE constraint failed: piece/.test(error.message);
}

/** Some errors have ended the transaction already; then there is nothing to undo. */
function rollBack(database: SqliteDatabase): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // The error that brought us here is the one to tell.
  }
}
