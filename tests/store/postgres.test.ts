import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { UsernsError } from "../../src/core/index.ts";
import { openLedger, storeOver } from "../../src/store/index.ts";
import { userns } from "../cli/command.ts";
import { need } from "../need.ts";
import { SMALL, storeSuite } from "../suites/store.ts";
import { runCrowd } from "./guarantee.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "./postgres-server.ts";

const LACK = "a PostgreSQL server (Debian's postgresql)";
const bin = postgresPrograms();
let server: PostgresServer | null = null;
before(async () => {
  server = bin === null ? null : await startPostgres(bin);
});
after(() => server?.remove());

/** One database for the whole suite, emptied before each rule. */
let shared: string | null = null;

storeSuite("PostgreSQL", async (t) => {
  if (!need(t, server !== null, LACK) || !server) return null;
  shared ??= server.database();
  await sql(shared, "DROP SCHEMA IF EXISTS userns CASCADE");
  return openLedger(shared);
});

async function sql(place: string, text: string): Promise<void> {
  const client = new pg.Client(place);
  await client.connect();
  await client.query(text);
  await client.end();
}

test("PostgreSQL: clients that are killed in mid-call and call again claim nothing twice and lose nothing", async (t) => {
  if (!need(t, server !== null, LACK) || !server) return;
  await runCrowd(server.database(), { processes: 4, operations: 40, kills: 2, seed: "few" });
});

test("PostgreSQL: a server that is killed is told, keeps what it answered, and the next call finds it again", async (t) => {
  if (!need(t, server !== null, LACK) || !server) return;
  const place = server.database();
  const store = storeOver(await openLedger(place));
  await store.setPool(SMALL);
  const request = { pool: "small", owner: "web", tenant: "t", key: "k" };
  const claim = await store.claim(request);
  server.kill();
  await assert.rejects(
    store.claim(request),
    (error) => error instanceof UsernsError && error.code === "ERR_STORE_LOST",
  );
  const { exit, stderr } = await userns(["alloc", "list", "--store", place, "--json"]);
  assert.deepEqual([exit, JSON.parse(stderr).error.code], [2, "ERR_STORE_LOST"]);
  server.start();
  assert.deepEqual(await store.claim(request), claim);
  await store.close();
});

test("PostgreSQL: a ledger of a newer version is told", async (t) => {
  if (!need(t, server !== null, LACK) || !server) return;
  const place = server.database();
  await (await openLedger(place)).close();
  await sql(place, "UPDATE userns.ledger SET version = 2");
  await assert.rejects(openLedger(place), { code: "ERR_STORE_NEWER" });
});

test("PostgreSQL: who may not, what is not there and tables that are none are told, each by its code", async (t) => {
  if (!need(t, server !== null, LACK) || !server) return;
  const [place, broken] = [server.database(), server.database()];
  await (await openLedger(place)).close();
  await sql(place, "CREATE ROLE joe LOGIN");
  const codeOf = async (at: string, ...args: readonly string[]): Promise<unknown> => {
    const { exit, stdout, stderr } = await userns(["alloc", ...args, "--store", at, "--json"]);
    assert.deepEqual([exit, stdout], [2, ""]);
    return JSON.parse(stderr).error.code;
  };
  const joe = place.replace("ids@", "joe@");
  assert.equal(await codeOf(joe, "list"), "ERR_STORE_DENIED");
  await sql(place, "GRANT USAGE ON SCHEMA userns TO joe; GRANT SELECT ON ALL TABLES IN SCHEMA userns TO joe");
  assert.equal((await userns(["alloc", "list", "--store", joe])).exit, 0);
  assert.equal(await codeOf(joe, "claim", "--owner", "joe"), "ERR_STORE_DENIED");
  assert.equal(await codeOf(place.replace(/[^/]*$/, "nowhere"), "list"), "ERR_STORE_LOST");
  await sql(place, "DROP TABLE userns.run");
  assert.equal(await codeOf(place, "claim", "--owner", "web"), "ERR_STORE_CORRUPT");
  await sql(broken, "CREATE SCHEMA userns; CREATE TABLE userns.ledger (other int)");
  assert.equal(await codeOf(broken, "list"), "ERR_STORE_CORRUPT");
});

test("PostgreSQL: no message shows the password of an address", async () => {
  const { exit, stderr } = await userns([
    "alloc",
    "list",
    "--store",
    "postgres://ids:hush@127.0.0.1:1/ids?password=hush",
  ]);
  assert.equal(exit, 2);
  assert.match(stderr, /postgres:\/\/ids@127\.0\.0\.1:1\/ids/);
  assert.doesNotMatch(stderr, /hush/);
});
