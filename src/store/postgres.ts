import {
  type Claim,
  type ClaimRequest,
  type Kept,
  keptList,
  keptNumber,
  keptNumberOrNull,
  keptObject,
  keptTextOrNull,
  newClaim,
  type RunChange,
  runsWanted,
} from "../policy/index.ts";
import { inTurn } from "./in-turn.ts";
import type { KnownForClaims, Ledger, LedgerTransaction, Tenant } from "./ledger.ts";
import { plainTerms, type SupposedPool } from "./plain-claim.ts";
import { withoutPassword } from "./postgres-client.ts";
import { connectPostgres, type PostgresConnection } from "./postgres-connection.ts";
import { isLost } from "./postgres-fault.ts";
import { claimOf, heldOf, poolOf, rangeOf, readsOf, tenantOf } from "./postgres-reads.ts";

/**
 * A ledger in a PostgreSQL database, for all hosts that reach it.
 *
 * Who writes locks the ledger before anything is looked for: a claim waits for its turn and is not refused. A
 * connection that is lost is an error of that call; the next call makes another.
 *
 * @param place  `postgres://user@host/database`
 * @throws UsernsError ERR_USAGE, ERR_STORE_DRIVER, ERR_STORE_NEWER, ERR_STORE_LOST, ERR_STORE_DENIED, ERR_STORE_CORRUPT
 */
export async function postgresLedger(place: string): Promise<Ledger> {
  const name = withoutPassword(place, "--store");
  const turns = inTurn();
  let open: PostgresConnection | null = await connectPostgres(place, name);
  async function connected<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    open ??= await connectPostgres(place, name);
    const connection = open;
    try {
      return await work(connection);
    } catch (error) {
      if (isLost(error)) {
        open = null;
        connection.end().catch(() => {});
      }
      throw error;
    }
  }
  const within = <T>(begin: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> =>
    connected(async (connection) => {
      try {
        await connection.run(begin);
        const result = await work(connection);
        await connection.run("COMMIT");
        return result;
      } catch (error) {
        if (!isLost(error)) await connection.run("ROLLBACK");
        throw error;
      }
    });
  return {
    name,
    read: (work) =>
      turns(() =>
        within("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", (connection) => work(readsOf(connection, name))),
      ),
    write: (work) =>
      turns(() =>
        // The lock is taken by a statement of its own: those behind it see what the one before us wrote.
        within("BEGIN; LOCK TABLE userns.ledger IN EXCLUSIVE MODE", (connection) =>
          work(transactionOver(connection, name)),
        ),
      ),
    claimAtOnce: (request, now) => turns(() => connected((connection) => claimAtOnce(connection, request, now, name))),
    close: () =>
      turns(async () => {
        await open?.end();
        open = null;
      }),
  };
}

const DUE = `FROM userns.claim_whole
  WHERE ("releasedAt" IS NULL AND "expiresAt" <= $1)
    OR ("releasedAt" IS NOT NULL AND "freedAt" IS NULL AND "freeAt" <= $1)`;

/** Everything that decides about claims, in one answer; the runs by the counts that the pool as we know it asks for. */
const KNOWN = `SELECT
  (SELECT coalesce(max(seq), 0) FROM userns.event) AS seq,
  EXISTS (SELECT FROM userns.claim WHERE "releasedAt" IS NULL AND "expiresAt" <= $2)
    OR EXISTS (SELECT FROM userns.claim WHERE "releasedAt" IS NOT NULL AND "freedAt" IS NULL AND "freeAt" <= $2) AS due,
  (SELECT body FROM userns.pool WHERE name = $1) AS body,
  (SELECT coalesce(json_agg(c), '[]') FROM (
    SELECT DISTINCT ON (key) * FROM userns.claim_whole WHERE key = ANY ($3::text[]) ORDER BY key, id DESC
  ) c) AS keyed,
  (SELECT coalesce(json_agg(t), '[]') FROM userns.tenant t WHERE name = ANY ($4::text[])) AS tenants,
  (SELECT coalesce(json_agg(r), '[]') FROM (
    SELECT run.first, run.count FROM unnest($5::int8[]) AS least
      CROSS JOIN LATERAL (
        SELECT first, count FROM userns.run WHERE pool = $1 AND count >= least ORDER BY count, first LIMIT $6
      ) run
    UNION
    (SELECT first, count FROM userns.run WHERE pool = $1 ORDER BY count DESC LIMIT $7)
  ) r) AS runs`;

/** Pools as they were when a claim last asked, by connection: what to ask for comes from them, and is checked then. */
const lastKnown = new WeakMap<PostgresConnection, Map<string, SupposedPool>>();

async function claimAtOnce(
  connection: PostgresConnection,
  request: ClaimRequest,
  now: number,
  where: string,
): Promise<Claim | null> {
  const supposed = lastKnown.get(connection)?.get(request.pool);
  if (!supposed) return null;
  const { body, pool, size, block, tenant, key } = plainTerms(supposed, request, now);
  const { owner, purpose = null, ttlMs } = request;
  const until = ttlMs === undefined ? null : now + ttlMs;
  const [row = {}] = await connection.rows(
    "claim-at-once",
    "SELECT * FROM userns.claim_at_once($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    [body, pool, size, block, owner, tenant, purpose, key, now, until],
  );
  const id = keptNumberOrNull(row, "got_id", where);
  if (id === null) return null;
  return newClaim(id, request, [{ first: keptNumber(row, "got_first", where), count: size }], now);
}

function transactionOver(connection: PostgresConnection, where: string): LedgerTransaction {
  const { rows } = connection;
  const pools = lastKnown.get(connection) ?? new Map<string, SupposedPool>();
  lastKnown.set(connection, pools);
  async function known(name: string, requests: readonly ClaimRequest[], now: number): Promise<KnownForClaims> {
    const supposed = pools.get(name);
    const { counts, of, largest } = supposed ? runsWanted(requests, supposed.pool) : { counts: [], of: 1, largest: 1 };
    const keys = requests.flatMap(({ key }) => key ?? []);
    const tenants = [...new Set(requests.map(({ tenant }) => tenant))];
    const [row] = await rows("known", KNOWN, [name, now, keys, tenants, counts, of, largest]);
    if (!row) throw new Error("a query without FROM gives a row");
    const isDue = row.due === true;
    const body = keptTextOrNull(row, "body", where);
    if (body === null) return { facts: null, isDue };
    const pool = poolOf(row, where);
    pools.set(name, { pool, body });
    if (supposed?.body !== body) return known(name, requests, now);
    return { facts: { now, pool, ...factsOf(row, where) }, isDue };
  }
  return {
    ...readsOf(connection, where),
    async lastSeq() {
      const [row] = await rows("last-seq", "SELECT coalesce(max(seq), 0) AS seq FROM userns.event");
      return keptNumber(row ?? {}, "seq", where);
    },
    knownForClaims: known,
    due: async (now, most) =>
      (await rows("due", `SELECT * ${DUE} ORDER BY id LIMIT $2`, [now, most])).map((row) => claimOf(row, where)),
    async runsBeside(pool, ranges) {
      const found = await rows(
        "runs-beside",
        `SELECT DISTINCT run.first, run.count FROM unnest($2::int8[], $3::int8[]) AS given (first, beyond)
         JOIN userns.run ON run.pool = $1 AND run.first <= given.beyond AND run.first + run.count >= given.first`,
        [pool, ranges.map(({ first }) => first), ranges.map(({ first, count }) => first + count)],
      );
      return found.map((row) => rangeOf(row, where));
    },
    heldIn: async ({ first, count }) =>
      (
        await rows("held-in", "SELECT first, count, pool FROM userns.piece WHERE held AND ids && int8range($1, $2)", [
          first,
          first + count,
        ])
      ).map((row) => heldOf(row, where)),
    async append({ events, runs }) {
      const bodies = events.map((event) => JSON.stringify(event));
      await rows("append", "SELECT userns.append($1, $2, $3, $4)", [
        bodies,
        JSON.stringify(runs.flatMap(removedOf)),
        JSON.stringify(runs.flatMap(({ pool, add }) => add.map(({ first, count }) => ({ pool, first, count })))),
        runs.flatMap(({ pool, remove }) => (remove === "all" ? pool : [])),
      ]);
    },
  };
}

function removedOf({ pool, remove }: RunChange): readonly object[] {
  return remove === "all" ? [] : remove.map(({ first }) => ({ pool, first }));
}

function factsOf(row: Kept, where: string) {
  const objects = (name: string): readonly Kept[] =>
    keptList(row, name, where).map((value) => keptObject(value, where));
  const keyed = new Map<string, Claim>();
  for (const claim of objects("keyed").map((kept) => claimOf(kept, where)))
    if (claim.key !== null) keyed.set(claim.key, claim);
  const tenants = new Map<string, Tenant>();
  for (const tenant of objects("tenants").map((kept) => tenantOf(kept, where))) tenants.set(tenant.name, tenant);
  return {
    lastSeq: keptNumber(row, "seq", where),
    keyed,
    tenants,
    runs: objects("runs").map((run) => rangeOf(run, where)),
  };
}
