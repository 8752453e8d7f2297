import { test } from "node:test";
import { need } from "../need.ts";
import { type Crowd, runCrowd } from "./guarantee.ts";
import { postgresPrograms, startPostgres } from "./postgres-server.ts";
import { storePath } from "./temporary-store.ts";

const MANY: Crowd = { processes: 16, operations: 500, kills: 4, seed: "many" };

test("SQLite: 16 processes of 500 calls, killed and calling again, claim nothing twice and lose nothing", (t) =>
  runCrowd(storePath(t), MANY));

test("PostgreSQL: 16 processes of 500 calls, killed and calling again, claim nothing twice and lose nothing", async (t) => {
  const bin = postgresPrograms();
  if (!need(t, bin !== null, "a PostgreSQL server (Debian's postgresql)") || bin === null) return;
  const server = await startPostgres(bin);
  t.after(() => server.remove());
  await runCrowd(server.database(), MANY);
});
