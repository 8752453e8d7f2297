/** SQLite, and what the disk does. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs, { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { storeOver } from "../../src/store/index.ts";
import { sqliteLedger } from "../../src/store/sqlite.ts";
import { sqliteDriver } from "../../src/store/sqlite-driver.ts";
import { need } from "../need.ts";
import { SMALL } from "../suites/store.ts";
import { checkState } from "../suites/store-state.ts";
import { storePath } from "./temporary-store.ts";

const hasDriver = await sqliteDriver().then(
  () => true,
  () => false,
);
const LACK = "SQLite: Node 22.13 or newer, or better-sqlite3";
const POOL = { ...SMALL, alignment: 1 };
const asked = (key: string) => ({ pool: "small", owner: "web", tenant: "t", size: 1, key });

/** A file system of its own, of so many bytes, in memory; null where none may be mounted. */
function smallDisk(t: TestContext, size: number): string | null {
  const folder = mkdtempSync(join(tmpdir(), "userns-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", folder]);
  t.after(() => {
    if (status === 0) execFileSync("umount", ["-l", folder]);
    rmdirSync(folder);
  });
  return status === 0 ? folder : null;
}

test("SQLite: nothing is answered before the log is on the disk, and a log that cannot be put there is told", async (t) => {
  if (!need(t, hasDriver, LACK)) return;
  const path = storePath(t);
  const ledger = await sqliteLedger(path);
  const store = storeOver(ledger);
  await store.setPool(POOL);
  const synchronised: string[] = [];
  const record = t.mock.method(fs, "fdatasyncSync", (fd: number) => {
    synchronised.push(fs.readlinkSync(`/proc/self/fd/${fd}`));
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const claim = await store.claim(asked("k"));
  assert.deepEqual(synchronised, [`${path}-wal`]);
  // Who finds the claim of another answers for its being there.
  assert.deepEqual(await store.claim(asked("k")), claim);
  assert.equal(synchronised.length, 2);
  record.mock.mockImplementation(() => {
    throw Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO", syscall: "fdatasync" });
  });
  await assert.rejects(store.claim(asked("l")), { code: "ERR_FILE", message: /with the same key/ });
  await store.close();
});

/** How often a log was begun anew. @source sqlite.org/fileformat2.html, "The Write-Ahead Log": checkpoint sequence number */
const timesBegun = (path: string): number => fs.readFileSync(`${path}-wal`).readUInt32BE(12);

test("SQLite: the log is emptied by who writes the 256th event, and by nobody while somebody reads", async (t) => {
  if (!need(t, hasDriver, LACK)) return;
  const path = storePath(t);
  const store = storeOver(await sqliteLedger(path));
  const other = await sqliteLedger(path);
  await store.setPool({ ...POOL, range: { ...POOL.range, count: 1000 } });
  for (let event = 2; event <= 255; event++) await store.claim(asked(`${event}`));
  const begun = timesBegun(path);
  const last = () => storeOver(other).claim(asked("last"));
  await last();
  await store.claim(asked("257"));
  assert.equal(timesBegun(path), begun + 1);
  const long = Array.from({ length: 512 - 257 }, (_, at) => asked(`long ${at}`));
  await other.read(async (reads) => {
    const before = await reads.claims("all");
    await store.claimAll(long);
    assert.deepEqual(await reads.claims("all"), before);
  });
  await store.claim(asked("513"));
  assert.equal(timesBegun(path), begun + 1);
  await store.claimAll(Array.from({ length: 768 - 513 }, (_, at) => asked(`short ${at}`)));
  await store.claim(asked("769"));
  assert.equal(timesBegun(path), begun + 2);
  await store.close();
  await other.close();
});

test("SQLite: a full disk is told, what there was stays, and with room again the call is made", async (t) => {
  const folder = smallDisk(t, 1_000_000);
  if (!need(t, hasDriver && folder !== null, "SQLite, and leave to mount a file system") || !folder) return;
  const ledger = await sqliteLedger(join(folder, "alloc.db"));
  const store = storeOver(ledger);
  await store.setPool(POOL);
  await store.claim(asked("first"));
  const before = await store.history();
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, "other"), Buffer.alloc(bavail * bsize));
  const many = Array.from({ length: 100 }, (_, at) => asked(`k${at}`));
  await assert.rejects(store.claimAll(many), { code: "ERR_FILE", message: /nothing was changed/ });
  assert.deepEqual(await store.history(), before);
  rmSync(join(folder, "other"));
  assert.equal((await store.claimAll(many)).length, 100);
  await checkState(ledger);
  await store.close();
});

test("SQLite: a folder that may only be read is told, and the file in it stays as it is", async (t) => {
  const folder = smallDisk(t, 1_000_000);
  if (!need(t, hasDriver && folder !== null, "SQLite, and leave to mount a file system") || !folder) return;
  const path = join(folder, "alloc.db");
  const store = storeOver(await sqliteLedger(path));
  await store.setPool(POOL);
  await store.close();
  const before = fs.readFileSync(path);
  execFileSync("mount", ["-o", "remount,ro", folder]);
  await assert.rejects(sqliteLedger(path), { code: "ERR_FILE" });
  await assert.rejects(sqliteLedger(join(folder, "other", "alloc.db")), { code: "ERR_FILE" });
  assert.deepEqual(fs.readFileSync(path), before);
});
