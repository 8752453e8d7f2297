import type { Client } from "pg";
import { UsernsError } from "../core/index.ts";
import { OverlapBarred } from "./ledger.ts";

const CONNECT_MS = 10_000;

/**
 * An address as it may be shown.
 *
 * @param option  that it was given with, named in errors
 * @throws UsernsError ERR_USAGE
 */
export function withoutPassword(place: string, option: string): string {
  let url: URL;
  try {
    url = new URL(place);
  } catch (error) {
    throw new UsernsError(
      "ERR_USAGE",
      { where: option, expected: "an address such as postgres://user@host/database", got: "one that is none" },
      { cause: error },
    );
  }
  url.password = "";
  url.searchParams.delete("password");
  return url.toString();
}

/**
 * Connect to a server. The driver is loaded now.
 *
 * @param name  what messages call the server
 * @throws UsernsError ERR_STORE_DRIVER without the package pg, ERR_STORE_LOST
 */
export async function connectClient(place: string, name: string): Promise<Client> {
  const client = await newClient(place);
  // What breaks between two queries is told with the next.
  client.on("error", () => {});
  await guarded(name, () => client.connect());
  return client;
}

async function newClient(place: string): Promise<Client> {
  try {
    const { default: pg } = await import("pg");
    return new pg.Client({ connectionString: place, connectionTimeoutMillis: CONNECT_MS, keepAlive: true });
  } catch (error) {
    throw driverFault("pg", "pg@8", error);
  }
}

/** A package that is needed and not there, or does not load. */
export function driverFault(name: string, install: string, error: unknown): UsernsError {
  const got = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  const fault = { where: "PostgreSQL", expected: `the optional package ${name}`, got, fix: `install ${install}` };
  return new UsernsError("ERR_STORE_DRIVER", fault, { cause: error });
}

/** SQLSTATE of an error of the server; null for one of the connection. */
function stateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || !("severity" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/** Classes of SQLSTATE that say: no connection, no authorisation, no such database, shut down, out of room. */
const LOST = /^(?:08|28|3D|53|57P|58|25P03)/;
const EXCLUSION_VIOLATION = "23P01";

/** Do something with a server, and say in our own words what is wrong with it. @throws UsernsError ERR_STORE_LOST */
export async function guarded<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const state = stateOf(error);
    if (state === EXCLUSION_VIOLATION) throw new OverlapBarred(`${name}: two claims would share ids`, { cause: error });
    if (state !== null && !LOST.test(state)) throw error;
    throw new UsernsError(
      "ERR_STORE_LOST",
      {
        where: name,
        expected: "a database that answers",
        got: error instanceof Error ? error.message || error.name : String(error),
        fix: "run it again: what was not answered was made whole or not at all, and with the same key it is made once",
      },
      { cause: error },
    );
  }
}

/** Is the connection of no use any more? */
export function isLost(error: unknown): boolean {
  return error instanceof UsernsError && error.code === "ERR_STORE_LOST";
}
