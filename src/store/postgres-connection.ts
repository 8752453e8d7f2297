import { UsernsError } from "../core/index.ts";
import { type Kept, keptNumber, keptObject } from "../policy/index.ts";
import { connectClient } from "./postgres-client.ts";
import { guarded } from "./postgres-fault.ts";
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

/**
 * Connect, and make the tables where there are none.
 *
 * @throws UsernsError ERR_STORE_DRIVER without the package pg, ERR_STORE_NEWER, and what {@link guarded} throws
 */
export async function connectPostgres(place: string, name: string): Promise<PostgresConnection> {
  const client = await connectClient(place, name);
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
  try {
    await connection.run(SESSION);
    await makeTables(connection, name);
    return connection;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
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
