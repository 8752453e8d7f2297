import { sqliteDriver } from "../../src/store/sqlite-driver.ts";

/** Has this machine a driver of SQLite: Node's own, or better-sqlite3? */
export const hasSqlite: boolean = await sqliteDriver().then(
  () => true,
  () => false,
);
