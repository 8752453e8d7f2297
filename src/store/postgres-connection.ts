import type { Client } from "pg";
import { UsernsError } from "../core/index.ts";
import { type Kept, keptNumber, keptObject } from "../policy/index.ts";
import { postgresFault } from "./postgres-fault.ts";
import { SCHEMA, SCHEMA_VERSION } from "./postgres-schema.ts";

/** A connection on which one query runs at a time. */
export interface PostgresConnection {
  /** Queries that take no values and give no rows of interest; several, with `;`. */
  run(text: string): Promise<void>;
  /** @param name  the query is prepared once under it */
  rows(name: string, text: string, values?: readonly unknown[]): Promise<readonly Kept[]>;
  end(): Promise<void>;
}

/** A session that is silent in the middle of a transaction for so long is gone: others must not wait for it. */
const SILENT_MS = 60_000;
const CONNECT_MS = 10_000;

/**
 * An answered change is on the disk. A query is planned once, for planning takes longer than what there is to plan; and
 * always by the indexes, for a plan that is made while the tables are empty would read all of them for ever.
 */
const SESSION = [
  "SET synchronous_commit = on",
  `SET idle_in_transaction_session_timeout = ${SILENT_MS}`,
  "SET client_min_messages = warning",
  "SET plan_cache_mode = force_generic_plan",
  "SET enable_seqscan = off",
  "SET jit = off",
].join("; ");

/** Two that find no tables make them one after the other. @source pg_advisory_xact_lock: any number of our own */
const MAKING = 0x75736e73;

/** An address as it may be shown. */
export function withoutPassword(place: string): string {
  let url: URL;
  try {
    url = new URL(place);
  } catch (error) {
    throw new UsernsError(
      "ERR_USAGE",
      { where: "--store", expected: "an address such as postgres://user@host/database", got: "one that is none" },
      { cause: error },
    );
  }
  url.password = "";
  url.searchParams.delete("password");
  return url.toString();
}

/**
 * Connect, and make the tables where there are none.
 *
 * @throws UsernsError ERR_STORE_DRIVER without the package pg, ERR_STORE_NEWER, and what {@link postgresFault} says
 */
export async function connectPostgres(place: string, name: string): Promise<PostgresConnection> {
  const client = await newClient(place);
  const connection: PostgresConnection = {
    async run(text) {
      await guarded(name, () => client.query(text));
    },
    async rows(id, text, values = []) {
      const { rows } = await guarded(name, () => client.query({ name: id, text, values: [...values] }));
      return rows.map((row: unknown) => keptObject(row, name));
    },
    end: () => client.end(),
  };
  // What breaks between two queries is told with the next.
  client.on("error", () => {});
  await guarded(name, () => client.connect());
  try {
    await connection.run(SESSION);
    await makeTables(connection, name);
    return connection;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

async function newClient(place: string): Promise<Client> {
  try {
    const { default: pg } = await import("pg");
    return new pg.Client({ connectionString: place, connectionTimeoutMillis: CONNECT_MS, keepAlive: true });
  } catch (error) {
    throw new UsernsError(
      "ERR_STORE_DRIVER",
      {
        where: "PostgreSQL",
        expected: "the optional package pg",
        got: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
        fix: "install pg@8",
      },
      { cause: error },
    );
  }
}

async function makeTables(connection: PostgresConnection, name: string): Promise<void> {
  const there = async () => {
    const [row] = await connection.rows("there", "SELECT to_regclass('userns.ledger') IS NOT NULL AS there");
    return row?.there === true;
  };
  if (!(await there())) {
    await connection.run(`BEGIN; SELECT pg_advisory_xact_lock(${MAKING})`);
    if (!(await there())) await connection.run(SCHEMA);
    await connection.run("COMMIT");
  }
  const [row] = await connection.rows("version", "SELECT version FROM userns.ledger");
  const version = keptNumber(row ?? {}, "version", name);
  if (version > SCHEMA_VERSION)
    throw new UsernsError("ERR_STORE_NEWER", {
      where: name,
      expected: `a ledger of version ${SCHEMA_VERSION} or older`,
      got: `version ${version}`,
      fix: "use the version of userns that made it, or a newer one",
    });
}

async function guarded<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw postgresFault(error, name);
  }
}
