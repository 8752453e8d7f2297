import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UsernsError } from "../core/index.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Where a host's allocations are kept when nobody says where: `$XDG_STATE_HOME/userns/alloc.db`.
 *
 * @source XDG Base Directory Specification: a path that is not absolute is passed over
 */
export function defaultStorePath(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const state = env.XDG_STATE_HOME;
  return join(state?.startsWith("/") ? state : join(homedir(), ".local", "state"), "userns", "alloc.db");
}

/**
 * Open a ledger by its place: the path of a file of SQLite, which is made where there is none, or the address of a
 * PostgreSQL database. The driver is loaded now, and no other.
 *
 * @param place  `/var/lib/userns/alloc.db` or `postgres://user@host/database`
 * @throws UsernsError ERR_USAGE for an address of another kind, and what the adapters throw
 */
export async function openLedger(place: string): Promise<Ledger> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(place)?.[1]?.toLowerCase();
  if (scheme === undefined && place !== "") return (await import("./sqlite.ts")).sqliteLedger(resolve(place));
  if (scheme === "postgres" || scheme === "postgresql") return (await import("./postgres.ts")).postgresLedger(place);
  throw new UsernsError("ERR_USAGE", {
    where: "--store",
    expected: "the path of a file, or postgres://user@host/database",
    got: place === "" ? "nothing" : `an address of kind ${scheme}`,
  });
}
