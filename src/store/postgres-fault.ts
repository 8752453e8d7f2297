import { UsernsError } from "../core/index.ts";
import { OverlapBarred } from "./ledger.ts";

/** SQLSTATE of an error of the server; null for one of the connection. */
function stateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || !("severity" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

interface Meaning {
  readonly states: RegExp;
  readonly code: "ERR_STORE_BUSY" | "ERR_STORE_CORRUPT" | "ERR_STORE_DENIED" | "ERR_STORE_LOST";
  readonly expected: string;
  readonly fix: string;
}

/** What is true of every call that was not answered, of a ledger and of a queue. */
const AGAIN =
  "run it again: what was not answered was made whole or not at all; a claim with the same key is made once";

/** What errors of the server mean here, by their SQLSTATE. @source PostgreSQL's documentation, appendix A */
const MEANINGS: readonly Meaning[] = [
  {
    states: /^28/,
    code: "ERR_STORE_DENIED",
    expected: "a user whom the database lets in",
    fix: "check the user and the password of the address",
  },
  {
    states: /^3D/,
    code: "ERR_STORE_LOST",
    expected: "a database that there is",
    fix: "make it first, or name another",
  },
  {
    states: /^42501/,
    code: "ERR_STORE_DENIED",
    expected: "a user who may make the tables that are needed, or use those that there are",
    fix: "let somebody who may make them, and grant USAGE on their schema and SELECT, INSERT, UPDATE, DELETE on its tables",
  },
  {
    states: /^25006/,
    code: "ERR_STORE_DENIED",
    expected: "a server that may be written to",
    fix: "nothing was changed: name the primary",
  },
  {
    states: /^(?:40|55P03|57014)/,
    code: "ERR_STORE_BUSY",
    expected: "a turn",
    fix: "nothing was changed: run it again",
  },
  {
    // No such table, column or function; rows that the tables do not allow.
    states: /^(?:23|3F|42)/,
    code: "ERR_STORE_CORRUPT",
    expected: "the tables that userns makes",
    fix: "nothing was changed: put back a copy, or name another database",
  },
  {
    // No connection, out of room, shut down, a broken disk; silent for too long.
    states: /^(?:08|53|57P|58|25P03)/,
    code: "ERR_STORE_LOST",
    expected: "a database that answers",
    fix: AGAIN,
  },
];

const EXCLUSION_VIOLATION = "23P01";

const LOST: Omit<Meaning, "states"> = {
  code: "ERR_STORE_LOST",
  expected: "a database that answers",
  fix: `check the address, and ${AGAIN}`,
};

/**
 * Do something with a server, and say in our own words what is wrong with it.
 *
 * @param name  what messages call the database
 * @throws UsernsError ERR_STORE_LOST, ERR_STORE_DENIED, ERR_STORE_BUSY, ERR_STORE_CORRUPT
 */
export async function guarded<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw postgresFault(error, name);
  }
}

/** An error of PostgreSQL, or of the connection to it, in words; as it is where it means a bug. */
function postgresFault(error: unknown, name: string): unknown {
  const state = stateOf(error);
  if (state === EXCLUSION_VIOLATION) return new OverlapBarred(`${name}: two claims would share ids`, { cause: error });
  const meaning = state === null ? LOST : MEANINGS.find(({ states }) => states.test(state));
  if (!meaning) return error;
  const { code, expected, fix } = meaning;
  const got = error instanceof Error ? error.message || error.name : String(error);
  return new UsernsError(code, { where: name, expected, got, fix }, { cause: error });
}

/** Is the connection of no use any more? */
export function isLost(error: unknown): boolean {
  return error instanceof UsernsError && error.code === "ERR_STORE_LOST";
}
