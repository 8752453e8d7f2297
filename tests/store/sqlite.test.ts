import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { sqliteLedger } from "../../src/store/sqlite.ts";
import { sqliteDriver } from "../../src/store/sqlite-driver.ts";
import { need } from "../need.ts";
import { storeSuite } from "../suites/store.ts";
import { runCrowd } from "./guarantee.ts";
import { storePath } from "./temporary-store.ts";

const driver = await sqliteDriver().catch(() => null);
const LACK = "SQLite: Node 22.13 or newer, or better-sqlite3";

storeSuite(`SQLite by ${driver?.name ?? "no driver"}`, async (t) =>
  need(t, driver !== null, LACK) ? sqliteLedger(storePath(t)) : null,
);

test("SQLite: clients that are killed in mid-call and call again claim nothing twice and lose nothing", async (t) => {
  if (!need(t, driver !== null, LACK)) return;
  await runCrowd(storePath(t), { processes: 4, operations: 40, kills: 2, seed: "few" });
});

const newer = process.env.USERNS_NEWER_NODE;

// The newer runtime runs this same file, without a still newer one.
if (driver?.name !== "node:sqlite")
  test("SQLite of the runtime itself keeps the same rules", (t) => {
    if (!need(t, newer !== undefined, "USERNS_NEWER_NODE, the path of a Node 22.13 or newer") || !newer) return;
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = ["--import", "tsx", "--test", "--test-reporter=tap", "tests/store/sqlite.test.ts"];
    const { status, stdout, stderr } = spawnSync(newer, args, { encoding: "utf8", env });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^# Subtest: SQLite by node:sqlite: /m);
  });
