import type { Client } from "pg";
import { UsernsError } from "../core/index.ts";
import { guarded } from "./postgres-fault.ts";

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
 * @throws UsernsError ERR_STORE_DRIVER without the package pg, and what {@link guarded} throws
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
