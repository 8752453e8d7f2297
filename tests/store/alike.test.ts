/** Random calls on two stores at once: they answer alike, and afterwards the state of each holds together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { UsernsError } from "../../src/core/index.ts";
import { type Ledger, memoryLedger, openLedger, type Store, storeOver } from "../../src/store/index.ts";
import { sqliteLedger } from "../../src/store/sqlite.ts";
import { sqliteDriver } from "../../src/store/sqlite-driver.ts";
import { need } from "../need.ts";
import { checkState } from "../suites/store-state.ts";
import { postgresPrograms, startPostgres } from "./postgres-server.ts";
import { storePath } from "./temporary-store.ts";

const BASE = 700_000_000;
const IDS = 400;

type Call = (store: Store) => Promise<unknown>;

const id = fc.integer({ min: 0, max: IDS + 40 }).map((at) => BASE - 20 + at);
const owner = fc.constantFrom("a", "b");
const key = fc.constantFrom("k", "l", "m");
const name = fc.oneof(
  key.map((text) => ({ key: text })),
  id.map((first) => ({ first })),
  fc.integer({ min: 1, max: 30 }).map((number) => ({ id: number })),
);
const ttlMs = fc.integer({ min: 1, max: 50 });

const pool = fc
  .record({
    alignment: fc.constantFrom(1, 10, 16),
    guard: fc.constantFrom(0, 0, 3),
    quarantineMs: fc.constantFrom(null, 0, 20),
    count: fc.constantFrom(IDS, IDS - 7, 100),
  })
  .map(({ count, ...rest }) => ({
    ...rest,
    name: "p",
    size: 20,
    range: { first: BASE, count },
    includes: ["containers"],
  }));

const claim = fc.record(
  { owner, size: fc.integer({ min: 1, max: 60 }), key, ttlMs, pieces: fc.boolean() },
  { requiredKeys: ["owner"] },
);

const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 6,
    arbitrary: claim.map(
      (asked): Call =>
        (store) =>
          store.claim({ pool: "p", tenant: "t", ...asked }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.array(claim, { minLength: 1, maxLength: 5 }).map(
      (all): Call =>
        (store) =>
          store.claimAll(all.map((asked) => ({ pool: "p", tenant: "u", ...asked }))),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(name, fc.boolean()).map(
      ([which, scrubbed]): Call =>
        (store) =>
          store.release(which, { scrubbed }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(name, fc.option(ttlMs)).map(
      ([which, ms]): Call =>
        (store) =>
          store.renew(which, ms),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(id, fc.integer({ min: 1, max: 30 }), owner).map(
      ([first, count, who]): Call =>
        (store) =>
          store.adopt([{ first, count, owner: who, tenant: "t", source: "f:1" }]),
    ),
  },
  {
    weight: 1,
    arbitrary: pool.map(
      (made): Call =>
        (store) =>
          store.setPool(made),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.option(fc.integer({ min: 0, max: 300 })).map(
      (ids): Call =>
        (store) =>
          store.setQuota("t", ids),
    ),
  },
  {
    weight: 1,
    arbitrary: id.map(
      (one): Call =>
        (store) =>
          store.whoOwns(one),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(id, fc.integer({ min: 0, max: 300 })).map(
      ([one, at]): Call =>
        (store) =>
          store.whoOwns(one, 1000 + at),
    ),
  },
);

/** What a call answered, or the code and the words that it was refused with. */
async function outcome(made: Call, store: Store): Promise<unknown> {
  try {
    return await made(store);
  } catch (error) {
    if (error instanceof UsernsError) return [error.code, error.message];
    throw error;
  }
}

/** Make the same calls on new stores in memory and of another kind, and compare after each. */
async function sameAsMemory(open: () => Promise<Ledger>, numRuns: number): Promise<void> {
  const steps = fc.array(fc.tuple(call, fc.integer({ min: 0, max: 20 })), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(pool, steps, async (first, calls) => {
      const clock = { now: 1000 };
      const ledgers = [memoryLedger(), await open()];
      const stores = ledgers.map((ledger) => storeOver(ledger, () => clock.now));
      for (const store of stores) await store.setPool(first);
      for (const [made, wait] of calls) {
        clock.now += wait;
        const [memory, other] = await Promise.all(stores.map((store) => outcome(made, store)));
        assert.deepEqual(other, memory);
      }
      const [memory, other] = await Promise.all(stores.map((store) => store.history()));
      assert.deepEqual(other, memory);
      for (const ledger of ledgers) await checkState(ledger);
      for (const ledger of ledgers) await ledger.close();
    }),
    { numRuns },
  );
}

test("memory and SQLite answer the same calls alike, and the state of both holds together", async (t) => {
  const driver = await sqliteDriver().catch(() => null);
  if (!need(t, driver !== null, "SQLite: Node 22.13 or newer, or better-sqlite3")) return;
  let files = 0;
  const place = storePath(t);
  await sameAsMemory(() => sqliteLedger(`${place}-${++files}`), 60);
});

test("memory and PostgreSQL answer the same calls alike, and the state of both holds together", async (t) => {
  const bin = postgresPrograms();
  if (!need(t, bin !== null, "a PostgreSQL server (Debian's postgresql)") || bin === null) return;
  const server = await startPostgres(bin);
  t.after(() => server.remove());
  const place = server.database();
  const emptied = async (): Promise<Ledger> => {
    const client = new pg.Client(place);
    await client.connect();
    await client.query("DROP SCHEMA IF EXISTS userns CASCADE");
    await client.end();
    return openLedger(place);
  };
  await sameAsMemory(emptied, 15);
});
