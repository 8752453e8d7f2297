/**
 * alloc/: claims of ranges, each answered when it is on the disk, and who has an id. Nanoseconds a claim, or a question.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger, type Store, storeOver } from "../../src/store/index.ts";
import { sqliteDriver } from "../../src/store/sqlite-driver.ts";
import { postgresPrograms, startPostgres } from "../../tests/store/postgres-server.ts";
import { type Bench, type Cases, rowOf } from "../bench.ts";
import { timingOf } from "../harness.ts";
import { random } from "../random.ts";
import type { Measured } from "../row.ts";
import { temporaryFolder } from "../temporary.ts";
import { WIDE_POOL } from "../wide-pool.ts";

/** Claims of a sample: of one client, of each of many, of one call. */
const ALONE = 500;
const EACH = 100;
const BULK = 1000;
const CLIENTS = 16;
const HELD = 100_000;
const QUESTIONS = 2000;

/** A new store of a kind, with the pool in it. */
type NewStore = () => Promise<{ readonly place: string; readonly store: Store }>;

export const alloc: Cases = async function* (bench) {
  if (["sqlite", "postgres"].every((kind) => idsOf(kind).every((id) => !bench.wants(id)))) return;
  const driver = await sqliteDriver().catch((error: unknown) => String(error));
  if (typeof driver === "string") bench.miss(`alloc/sqlite: ${driver}`);
  else {
    const folder = temporaryFolder(tmpdir());
    let files = 0;
    yield* rows(bench, "sqlite", async () => withPool(join(folder, `${++files}.db`)));
  }
  const bin = postgresPrograms();
  if (!bin) return bench.miss("alloc/postgres: no PostgreSQL server (Debian's postgresql)");
  const server = await startPostgres(bin, true);
  try {
    yield* rows(bench, "postgres", async () => withPool(server.database()));
  } finally {
    server.remove();
  }
};

const idsOf = (kind: string): readonly string[] =>
  ["claim-1", `claim-${CLIENTS}`, `bulk-${BULK}`, `who-owns-${HELD}`].map((name) => `alloc/${kind}-${name}`);

async function withPool(place: string): Promise<{ readonly place: string; readonly store: Store }> {
  const store = storeOver(await openLedger(place));
  await store.setPool(WIDE_POOL);
  return { place, store };
}

async function* rows(bench: Bench, kind: string, open: NewStore): AsyncGenerator<Measured> {
  const [alone = "", crowd = "", bulk = "", owner = ""] = idsOf(kind);
  if (bench.wants(alone)) yield tell(bench, alone, ALONE, await claimsOfOne(bench, open));
  if (bench.wants(crowd)) yield tell(bench, crowd, CLIENTS * EACH, await claimsOfMany(bench, open));
  if (bench.wants(bulk)) yield tell(bench, bulk, BULK, await bulkClaims(bench, open));
  if (bench.wants(owner)) yield tell(bench, owner, QUESTIONS, await questions(bench, open));
}

function tell(bench: Bench, id: string, size: number, samples: readonly number[]): Measured {
  const measured = rowOf({ id, n: 0, ids: "uniform", size }, new Map([["durable", timingOf(samples)]]));
  const ns = measured.row.rivals.durable ?? Number.NaN;
  bench.say(`${id.padEnd(28)} ${(ns / 1000).toFixed(1)} µs, ${Math.round(1e9 / ns)} a second`);
  return measured;
}

/** Samples of the same work, the first of which is not counted. */
async function sampled(bench: Bench, work: (round: number) => Promise<void>): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let round = 0; round <= bench.rounds; round++) {
    const start = process.hrtime.bigint();
    await work(round);
    if (round > 0) samples.push(Number(process.hrtime.bigint() - start));
  }
  return samples;
}

async function claimsOfOne(bench: Bench, open: NewStore): Promise<readonly number[]> {
  const { store } = await open();
  const samples = await sampled(bench, async (round) => {
    for (let at = 0; at < ALONE; at++)
      await store.claim({ pool: WIDE_POOL.name, owner: "one", tenant: "default", key: `${round}/${at}` });
  });
  await store.close();
  return samples;
}

async function bulkClaims(bench: Bench, open: NewStore): Promise<readonly number[]> {
  const { store } = await open();
  const samples = await sampled(bench, async (round) => void (await store.claimAll(manyRequests(`${round}`, BULK))));
  await store.close();
  return samples;
}

function manyRequests(name: string, count: number) {
  const request = { pool: WIDE_POOL.name, owner: name, tenant: "default" };
  return Array.from({ length: count }, (_, at) => ({ ...request, key: `${name}/${at}` }));
}

async function questions(bench: Bench, open: NewStore): Promise<readonly number[]> {
  const { store } = await open();
  for (let held = 0; held < HELD; held += BULK) await store.claimAll(manyRequests(`${held}`, BULK));
  const numbers = random(bench.seed, "who owns");
  const samples = await sampled(bench, async () => {
    for (let at = 0; at < QUESTIONS; at++) {
      const id = WIDE_POOL.range.first + numbers.below(HELD * WIDE_POOL.size);
      if (!(await store.whoOwns(id))) throw new Error(`${id} is somebody's`);
    }
  });
  await store.close();
  return samples;
}

/** All begin when all are ready, and the last one counts. */
async function claimsOfMany(bench: Bench, open: NewStore): Promise<readonly number[]> {
  const { place, store } = await open();
  const clients = Array.from({ length: CLIENTS }, (_, at) => startClient(place, `p${at}`));
  await Promise.all(clients.map((client) => said(client, "ready")));
  const samples = await sampled(bench, async (round) => {
    for (const { child } of clients) child.stdin?.write(`${round}\n`);
    await Promise.all(clients.map((client) => said(client, "done")));
  });
  for (const { child } of clients) child.stdin?.end();
  await Promise.all(clients.map(({ ended }) => ended));
  if ((await store.claims()).length !== CLIENTS * EACH * (samples.length + 1)) throw new Error("a claim is missing");
  await store.close();
  return samples;
}

interface Client {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
}

function startClient(place: string, name: string): Client {
  const args = ["--import", "tsx", "bench/alloc-client.ts", place, name, String(EACH)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  return { child, ended: once(child, "close").then(() => null) };
}

async function said({ child, ended }: Client, word: string): Promise<void> {
  const data = child.stdout && (await Promise.race([once(child.stdout, "data"), ended]));
  if (!Array.isArray(data) || !String(data[0]).includes(word)) throw new Error(`a client ended before it was ${word}`);
}
