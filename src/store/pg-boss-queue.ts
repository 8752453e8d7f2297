import type { Client } from "pg";
import { type Kept, keptNumber, keptNumberOrNull, keptObject, keptText } from "../policy/index.ts";
import { type JobQueue, type JobState, type KeptJob, MOST_ATTEMPTS, type TakenJob } from "./job-queue.ts";
import { connectClient, driverFault, withoutPassword } from "./postgres-client.ts";
import { guarded } from "./postgres-fault.ts";

/** A schema of our own: a program that uses pg-boss in the same database keeps its own. */
const SCHEMA = "userns_jobs";
const QUEUE = "layers";
/** One of the clients looks so often for jobs whose worker is silent, and files what ended long ago. */
const UPKEEP_SECONDS = 2;
const PACKAGE = "pg-boss";
/** Two that find no tables make them one after the other. @source pg_advisory_lock: any number of our own */
const MAKING = 0x75736e74;

/** What is used of pg-boss 10. It is optional, and its types come with it: what is built must not need it. */
interface Boss {
  on(event: "error", listener: (error: Error) => void): void;
  start(): Promise<unknown>;
  stop(options: { readonly graceful: boolean }): Promise<void>;
  createQueue(name: string, options: object): Promise<void>;
  insert(jobs: readonly object[]): Promise<void>;
  fetch(name: string, options: object): Promise<readonly unknown[]>;
  complete(name: string, id: string, output: object): Promise<unknown>;
  fail(name: string, id: string, output: object): Promise<unknown>;
}
type NewBoss = new (options: object) => Boss;

async function loadBoss(): Promise<NewBoss> {
  let loaded: unknown;
  try {
    loaded = Reflect.get(await import(PACKAGE), "default");
  } catch (error) {
    throw driverFault(PACKAGE, "pg-boss@10 and pg@8", error);
  }
  if (isConstructor(loaded)) return loaded;
  throw driverFault(PACKAGE, "pg-boss@10 and pg@8", new Error("a package that exports no class"));
}

function isConstructor(value: unknown): value is NewBoss {
  return typeof value === "function";
}

const STATES: Readonly<Record<string, JobState>> = {
  created: "waiting",
  retry: "waiting",
  active: "running",
  completed: "done",
  failed: "failed",
  cancelled: "failed",
};

/** Whoever has a job says so by beginning it anew: pg-boss counts a worker's silence from there. */
const KEEP = `UPDATE ${SCHEMA}.job SET started_on = now()
  WHERE name = '${QUEUE}' AND id = ANY ($1::uuid[]) AND state = 'active'`;

const FORGET = `DELETE FROM ${SCHEMA}.job
  WHERE name = '${QUEUE}' AND id = ANY ($1::uuid[]) AND state IN ('completed', 'failed', 'cancelled')`;

const UNFINISHED = `SELECT count(*) AS unfinished FROM ${SCHEMA}.job
  WHERE name = '${QUEUE}' AND state IN ('created', 'retry', 'active')`;

const milliseconds = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::int8 AS "${name}"`;
const JOBS = `SELECT id::text, state::text, data, output, retry_count AS tries,
  ${milliseconds("created_on", "addedAt")}, ${milliseconds("started_on", "heardAt")}, ${milliseconds("completed_on", "endedAt")}
  FROM ${SCHEMA}.job WHERE name = '${QUEUE}'`;
const ORDER = "ORDER BY created_on, id";

/**
 * A queue in a PostgreSQL database, kept by pg-boss.
 *
 * @param place  `postgres://user@host/database`
 * @throws UsernsError ERR_USAGE, ERR_STORE_DRIVER, ERR_STORE_LOST
 */
export async function pgBossQueue(place: string): Promise<JobQueue> {
  const name = withoutPassword(place, "--queue");
  const NewBoss = await loadBoss();
  const client = await connectClient(place, name);
  const query = (text: string, values: readonly unknown[] = []) => guarded(name, () => queryOf(client, text, values));
  /** Of queries that pg-boss made, and that nobody was told of: it takes one that failed for an empty queue. */
  const untold = new Set<unknown>();
  const bossQuery = async (text: string, values?: readonly unknown[]) => {
    try {
      return await query(text, values);
    } catch (error) {
      untold.add(error);
      throw error;
    }
  };
  const told = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      untold.delete(error);
      throw error;
    }
  };
  const tell = (): void => {
    const [failure] = untold;
    untold.clear();
    if (failure !== undefined) throw failure;
  };
  const boss = new NewBoss({
    db: { executeSql: bossQuery },
    schema: SCHEMA,
    schedule: false,
    maintenanceIntervalSeconds: UPKEEP_SECONDS,
  });
  // What goes wrong with the upkeep is told to who takes next.
  boss.on("error", () => {});
  const close = async (): Promise<void> => {
    try {
      await boss.stop({ graceful: false });
    } finally {
      await client.end();
    }
  };
  try {
    await query(`SELECT pg_advisory_lock(${MAKING})`);
    await boss.start();
    await boss.createQueue(QUEUE, { retryLimit: MOST_ATTEMPTS - 1 });
    await query(`SELECT pg_advisory_unlock(${MAKING})`);
  } catch (error) {
    // An open connection would keep the process from ending, and the lock from those who come after.
    await close().catch(() => {});
    throw error;
  }
  return {
    name,
    async add(jobs, silenceMs) {
      await query(FORGET, [jobs.map(({ id }) => id)]);
      const expireInSeconds = Math.max(1, Math.ceil(silenceMs / 1000));
      const added = jobs.map(({ id, data }) => ({ name: QUEUE, id, data: storable(data), expireInSeconds }));
      await told(() => boss.insert(added));
    },
    async take(most) {
      tell();
      const jobs = await boss.fetch(QUEUE, { batchSize: most, includeMetadata: true });
      // Jobs that were taken are begun: what went wrong with the upkeep meanwhile can wait.
      if (jobs.length === 0) tell();
      return jobs.map((job) => takenOf(job, name));
    },
    keep: async (ids) => void (await query(KEEP, [ids])),
    answer: (id, output) => told(() => boss.complete(QUEUE, id, storable(output))),
    fail: (id, output) => told(() => boss.fail(QUEUE, id, storable(output))),
    async unfinished() {
      const [row] = (await query(UNFINISHED)).rows;
      return keptNumber(keptObject(row, name), "unfinished", name);
    },
    jobs: async (ids) =>
      (ids === "all"
        ? await query(`${JOBS} ${ORDER}`)
        : await query(`${JOBS} AND id = ANY ($1::uuid[]) ${ORDER}`, [ids])
      ).rows.map((row) => keptJobOf(row, name)),
    close,
  };
}

/** pg-boss sends several statements in one text; a transaction that one of them broke is ended here. */
async function queryOf(client: Client, text: string, values: readonly unknown[]): Promise<{ rows: unknown[] }> {
  try {
    return await (values.length === 0 ? client.query(text) : client.query(text, [...values]));
  } catch (error) {
    if (/^\s*BEGIN/.test(text)) await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** PostgreSQL's JSON holds every text but those with NUL, or half a character. */
function storable(value: object): object {
  const stored: unknown = JSON.parse(JSON.stringify(value), (_key, one: unknown) =>
    typeof one === "string" ? one.replace(/[\0\p{Cs}]/gu, "\ufffd") : one,
  );
  return keptObject(stored, QUEUE);
}

function takenOf(job: unknown, where: string): TakenJob {
  const kept = keptObject(job, where);
  const data = keptObject(kept.data, where);
  return {
    id: keptText(kept, "id", where),
    data,
    attempt: keptNumber(kept, "retryCount", where) + 1,
    silenceMs: Number(kept.expireInSeconds) * 1000,
  };
}

function keptJobOf(row: unknown, where: string): KeptJob {
  const kept: Kept = keptObject(row, where);
  const heardAt = keptNumberOrNull(kept, "heardAt", where);
  return {
    id: keptText(kept, "id", where),
    data: keptObject(kept.data, where),
    attempt: heardAt === null ? 0 : keptNumber(kept, "tries", where) + 1,
    state: STATES[keptText(kept, "state", where)] ?? "failed",
    addedAt: keptNumber(kept, "addedAt", where),
    heardAt,
    endedAt: keptNumberOrNull(kept, "endedAt", where),
    output: kept.output === null ? null : keptObject(kept.output, where),
  };
}
