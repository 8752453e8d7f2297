import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { sqliteLedger } from "../../src/store/sqlite.ts";
import { storeSuite } from "../suites/store.ts";

function pathFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "userns-store-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "state", "alloc.db");
}

storeSuite("SQLite", (t) => sqliteLedger(pathFor(t)));
