import { UsernsError } from "../core/index.ts";

/** The few calls of SQLite that are used: what node:sqlite and better-sqlite3 have in common. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

export interface SqliteStatement {
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): unknown[];
  run(...values: SqliteValue[]): unknown;
}

export type SqliteValue = string | number | null;

/** A way to SQLite, ready to open files. */
export interface SqliteDriver {
  readonly name: "node:sqlite" | "better-sqlite3";
  open(path: string): SqliteDatabase;
}

/**
 * SQLite as this runtime has it: Node's own where there is one (22.13 and newer), else the optional package.
 *
 * @throws UsernsError ERR_STORE_DRIVER where there is neither
 */
export async function sqliteDriver(): Promise<SqliteDriver> {
  return nodeDriver() ?? (await packageDriver());
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === "function";
}

function isDatabase(value: unknown): value is SqliteDatabase {
  if (typeof value !== "object" || value === null) return false;
  return (
    "exec" in value && isFunction(value.exec) && "prepare" in value && isFunction(value.prepare) && "close" in value
  );
}

/** Make a database of either driver; that it has the calls is looked at, not taken for granted. */
function construct(name: SqliteDriver["name"], maker: unknown): SqliteDriver | null {
  if (!isFunction(maker)) return null;
  return {
    name,
    open(path) {
      const database: unknown = Reflect.construct(maker, [path]);
      if (!isDatabase(database)) throw new Error(`${name} has changed its calls`);
      return database;
    },
  };
}

function nodeDriver(): SqliteDriver | null {
  // Older runtimes say with every start that it is experimental; what is used of it has not changed since 22.13.
  const warn = process.emitWarning;
  process.emitWarning = () => {};
  try {
    const module: unknown = process.getBuiltinModule?.("node:sqlite");
    return typeof module === "object" && module !== null && "DatabaseSync" in module
      ? construct("node:sqlite", module.DatabaseSync)
      : null;
  } finally {
    process.emitWarning = warn;
  }
}

async function packageDriver(): Promise<SqliteDriver> {
  try {
    const { default: Database } = await import("better-sqlite3");
    const driver = construct("better-sqlite3", Database);
    // It loads its native half with the first database.
    driver?.open(":memory:").close();
    if (driver) return driver;
    throw new Error("better-sqlite3 has no Database");
  } catch (error) {
    throw new UsernsError(
      "ERR_STORE_DRIVER",
      {
        where: `SQLite on Node ${process.versions.node}`,
        expected: "Node 22.13 or newer, which has SQLite, or the optional package better-sqlite3",
        got: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
        fix: "use Node 22.13 or newer, install better-sqlite3@12 where a C++ compiler is, or give --store postgres://…",
      },
      { cause: error },
    );
  }
}
