import { statSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { UsernsError } from "../core/index.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Where a host's allocations are kept when nobody says where: `$XDG_STATE_HOME/userns/alloc.db`.
 *
 * @throws UsernsError ERR_USAGE for a user without that variable and without a home
 * @source XDG Base Directory Specification: a path that is not absolute is passed over
 */
export function defaultStorePath(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const state = env.XDG_STATE_HOME;
  return join(state?.startsWith("/") ? state : join(homeOf(env), ".local", "state"), "userns", "alloc.db");
}

function homeOf({ HOME }: Readonly<Record<string, string | undefined>>): string {
  if (HOME?.startsWith("/")) return HOME;
  try {
    return userInfo().homedir;
  } catch (error) {
    throw new UsernsError(
      "ERR_USAGE",
      {
        where: "--store",
        expected: "where the ledger is, or $XDG_STATE_HOME, or $HOME",
        got: "none of them, and a user whom passwd does not hold",
      },
      { cause: error },
    );
  }
}

/** Has nobody claimed anything in a place yet? Such a file is made by who writes; an address must be asked. */
export function isUnmade(place: string): boolean {
  if (place === "" || ADDRESS.test(place)) return false;
  try {
    statSync(resolve(place));
    return false;
  } catch (error) {
    // What else is wrong is told when it is opened.
    return error instanceof Error && "code" in error && error.code === "ENOENT";
  }
}

const ADDRESS = /^([a-z][a-z0-9+.-]*):\/\//i;

/**
 * Open a ledger by its place: the path of a file of SQLite, which is made where there is none, or the address of a
 * PostgreSQL database. The driver is loaded now, and no other.
 *
 * @param place  `/var/lib/userns/alloc.db` or `postgres://user@host/database`
 * @throws UsernsError ERR_USAGE for an address of another kind, and what the adapters throw
 */
export async function openLedger(place: string): Promise<Ledger> {
  const scheme = ADDRESS.exec(place)?.[1]?.toLowerCase();
  if (scheme === undefined && place !== "") return (await import("./sqlite.ts")).sqliteLedger(resolve(place));
  if (scheme === "postgres" || scheme === "postgresql") return (await import("./postgres.ts")).postgresLedger(place);
  throw new UsernsError("ERR_USAGE", {
    where: "--store",
    expected: "the path of a file, or postgres://user@host/database",
    got: place === "" ? "nothing" : `an address of kind ${scheme}`,
  });
}
