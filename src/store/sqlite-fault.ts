import { UsernsError } from "../core/index.ts";

/** How long a transaction waits for those of other processes. */
export const BUSY_MS = 60_000;

/** SQLite's result codes that are met here, by their names in better-sqlite3 and their numbers in node:sqlite. */
const CODES = {
  SQLITE_ERROR: 1,
  SQLITE_BUSY: 5,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_CONSTRAINT: 19,
  SQLITE_NOTADB: 26,
} as const;

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

/** What is about the file, its folder or the disk. */
const OF_THE_FILE = ["SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL"] as const;

export const FILE_NEEDED = {
  expected:
    "a file that can be read and written, in a folder where files can be made (for readers too: the log is there)",
  fix: "nothing was changed: check the path, the permissions and the room on the disk",
};

interface Meaning {
  readonly code: "ERR_STORE_CORRUPT" | "ERR_STORE_BUSY" | "ERR_FILE";
  readonly expected: string;
  readonly fix: string;
}

function meaningOf(error: unknown): Meaning | null {
  if (isSqlite(error, "SQLITE_NOTADB") || isSqlite(error, "SQLITE_CORRUPT"))
    return {
      code: "ERR_STORE_CORRUPT",
      expected: "a ledger in a file of SQLite",
      fix: "put back a copy of it, or name another file",
    };
  // Somebody has changed the tables by hand.
  const isOtherTable = isSqlite(error, "SQLITE_ERROR") && /no such (?:table|column)/.test(String(error));
  if (isOtherTable || isSqlite(error, "SQLITE_CONSTRAINT"))
    return {
      code: "ERR_STORE_CORRUPT",
      expected: "the tables of a ledger of userns",
      fix: "nothing was changed: put back a copy of it, or name another file",
    };
  if (isBusy(error))
    return {
      code: "ERR_STORE_BUSY",
      expected: `a turn within ${BUSY_MS / 1000} s`,
      fix: "nothing was changed: run it again",
    };
  if (OF_THE_FILE.some((code) => isSqlite(error, code)) || isSystemError(error))
    return { code: "ERR_FILE", ...FILE_NEEDED };
  return null;
}

/** An error of SQLite, or of the system about its file, in words; any other as it is. */
export function sqliteFault(error: unknown, path: string): unknown {
  const meaning = meaningOf(error);
  if (!meaning) return error;
  const { code, expected, fix } = meaning;
  const got = error instanceof Error ? error.message : String(error);
  return new UsernsError(code, { where: path, expected, got, fix }, { cause: error });
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}
