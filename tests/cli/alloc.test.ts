/** userns alloc: ranges taken, listed, given back and adopted; every refusal with its own code, the state untouched. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AllocListAnswer, ClaimAnswer, PoolAnswer } from "../../src/cli/answers.ts";
import { defaultStorePath } from "../../src/store/index.ts";
import { sqliteDriver } from "../../src/store/sqlite-driver.ts";
import { need } from "../need.ts";
import { hasSqlite } from "../store/has-sqlite.ts";
import { folderFor, startUserns, userns } from "./command.ts";

/** Runs `userns alloc ARGS --store FILE --json`; a store of its own for each test. */
function allocFor(t: TestContext) {
  const store = join(folderFor(t), "alloc.db");
  const run = (...args: string[]) => userns(["alloc", ...args, "--store", store]);
  async function json<T>(...args: string[]): Promise<T> {
    const { exit, stdout, stderr } = await run(...args, "--json");
    assert.deepEqual([exit, stderr], [0, ""]);
    const answer: T = JSON.parse(stdout);
    return answer;
  }
  /** The code and the exit of what is refused; the history must be what it was. */
  async function refused(...args: string[]): Promise<readonly [exit: number | null, code: string, text: string]> {
    const before = (await run("history", "--json")).stdout;
    const { exit, stdout, stderr } = await run(...args, "--json");
    assert.equal(stdout, "");
    assert.equal((await run("history", "--json")).stdout, before, "the state is untouched");
    return [exit, JSON.parse(stderr).error.code, stderr];
  }
  return { store, run, json, refused };
}

const allocTest = (title: string, body: (t: TestContext) => Promise<void>): void =>
  void test(title, async (t) => {
    if (need(t, hasSqlite, "SQLite: Node 22.13 or newer, or better-sqlite3")) await body(t);
  });

allocTest(
  "alloc claim answers with the range, its map and its claim; list has it, and who-owns finds it",
  async (t) => {
    const { json } = allocFor(t);
    const claim = await json<ClaimAnswer>("claim", "--size", "65536", "--owner", "web-0");
    assert.deepEqual(
      [claim.start, claim.count, claim.owner, claim.state, claim.claim, claim.map],
      [1879048192, 65536, "web-0", "live", "c2", "0:1879048192:65536"],
    );
    assert.deepEqual(claim.pieces, [{ start: 1879048192, count: 65536 }]);
    const { pieces, map, ...range } = claim;
    assert.deepEqual(await json<AllocListAnswer>("list"), [range]);
    const owned = { id: 1879048195, at: null, owner: "web-0", range, inside: 3 };
    const reserved: unknown[] = [];
    assert.deepEqual(await json("who-owns", "1879048195"), { ...owned, reserved });
  },
);

allocTest("alloc claim with a key, run again, answers with the same claim", async (t) => {
  const { json } = allocFor(t);
  const first = await json("claim", "--owner", "web", "--key", "k", "--ttl", "1h");
  assert.deepEqual(await json("claim", "--owner", "web", "--key", "k"), first);
});

allocTest("alloc claim --repeat makes all or none, and answers with a list", async (t) => {
  const { json, refused } = allocFor(t);
  const claims = await json<ClaimAnswer[]>("claim", "--owner", "web", "--key", "k", "--repeat", "3");
  assert.deepEqual(
    claims.map(({ start, key }) => [start, key]),
    [0, 1, 2].map((at) => [1879048192 + at * 65536, `k/${at}`]),
  );
  assert.deepEqual(await json("claim", "--owner", "web", "--key", "k", "--repeat", "3"), claims);
  const [exit, code] = await refused("claim", "--owner", "web", "--repeat", "4092");
  assert.deepEqual([exit, code], [1, "ERR_POOL_EXHAUSTED"]);
});

allocTest("alloc release gives back by key, number or first id; --scrubbed ends the quarantine", async (t) => {
  const { json, run } = allocFor(t);
  await json("claim", "--owner", "web", "--key", "k");
  assert.equal((await json<ClaimAnswer>("release", "--key", "k")).state, "quarantined");
  assert.equal((await json<ClaimAnswer>("release", "c2")).state, "quarantined");
  assert.match((await run("who-owns", "1879048192")).stdout, /^1879048192 is id 0 of web: c2, .* quarantined until 2/);
  assert.equal((await json<ClaimAnswer>("release", "1879048192", "--scrubbed")).state, "freed");
  const { exit, stdout } = await run("who-owns", "1879048192");
  assert.deepEqual([exit, stdout], [1, "1879048192 is nobody's\n"]);
  assert.deepEqual([await json("list"), (await json<unknown[]>("list", "--all")).length], [[], 1]);
});

allocTest("alloc who-owns --at tells who had the id then, and what the system means by it", async (t) => {
  const { json, run } = allocFor(t);
  const { since } = await json<ClaimAnswer>("claim", "--owner", "web");
  assert.equal((await run("who-owns", "1879048192", "--at", since)).exit, 0);
  assert.equal((await run("who-owns", "1879048192", "--at", "@1700000000")).exit, 1);
  assert.match((await run("who-owns", "65534")).stdout, /nobody's\n {2}reserved: nobody, the overflow id\n$/);
});

allocTest("alloc renew lets a claim live longer, or for ever", async (t) => {
  const { json } = allocFor(t);
  const { expires } = await json<ClaimAnswer>("claim", "--owner", "web", "--key", "k", "--ttl", "1h");
  const later = await json<ClaimAnswer>("renew", "--key", "k", "--ttl", "2d");
  assert.ok(expires !== null && later.expires !== null && later.expires > expires);
  assert.equal((await json<ClaimAnswer>("renew", "c2", "--no-end")).expires, null);
});

allocTest(
  "alloc adopt takes the lines of subid files, twice without effect; a bad line is told with its place",
  async (t) => {
    const { store, json, run } = allocFor(t);
    const file = join(store, "..", "subuid");
    writeFileSync(file, "# mine\nben:100000:65536\nbroken\neve:165536:65536\n");
    const adopted = await json<ClaimAnswer[]>("adopt", "1000000-1065535", "--owner", "lxc");
    assert.deepEqual([adopted[0]?.source, adopted[0]?.pool], ["argument 1", null]);
    const { exit, stdout, stderr } = await run("adopt", "--subuid", file, "--subgid", file);
    assert.equal(stdout, "c2  100000:65536  ben  live\nc3  165536:65536  eve  live\n");
    assert.deepEqual([exit, stderr.match(/subuid:3 is passed over/g)?.length], [0, 2]);
    assert.equal((await run("adopt", "--subuid", file)).stdout, stdout);
    assert.equal((await run("export")).stdout, "lxc:1000000:65536\nben:100000:65536\neve:165536:65536\n");
    assert.equal((await run("export", "--owner", "eve")).stdout, "eve:165536:65536\n");
  },
);

allocTest("alloc export of an owner that no line can hold is an error, and prints no line", async (t) => {
  const { run } = allocFor(t);
  await run("claim", "--owner", "web");
  await run("claim", "--owner", "a:b");
  const { exit, stdout, stderr } = await run("export");
  assert.deepEqual([exit, stdout], [2, ""]);
  assert.match(stderr, /claim c3, owner/);
});

allocTest("alloc pool makes and changes pools, and quota binds tenants", async (t) => {
  const { json, refused } = allocFor(t);
  const flags = ["--range", "2000000000+10000", "--align", "1000", "--size", "500", "--guard", "10"];
  const [pool] = await json<PoolAnswer[]>("pool", "fleet", ...flags, "--quarantine", "scrub");
  const made = { name: "fleet", start: 2000000000, count: 10000, alignment: 1000, size: 500, guard: 10 };
  assert.deepEqual(pool, { ...made, quarantineMs: null, includes: [] });
  assert.deepEqual(await json("quota", "team", "1000"), [{ tenant: "team", quota: 1000, used: 0 }]);
  await json("claim", "--owner", "a", "--pool", "fleet", "--tenant", "team", "--repeat", "2");
  const [exit, code] = await refused("claim", "--owner", "a", "--pool", "fleet", "--tenant", "team");
  assert.deepEqual([exit, code], [1, "ERR_QUOTA"]);
});

allocTest("alloc history is everything that happened, in order, in words and as JSON", async (t) => {
  const { json, run } = allocFor(t);
  await run("claim", "--owner", "web");
  await run("release", "c2", "--scrubbed");
  const events = await json<{ seq: number; type: string }[]>("history");
  assert.deepEqual(
    events.map(({ seq, type }) => `${seq} ${type}`),
    ["1 pool", "2 claimed", "3 released", "4 freed"],
  );
  assert.match((await run("history")).stdout, /^2 {2}\S+ {2}claimed {2}c2 {2}1879048192:65536 {2}web$/m);
});

/** What is said no to, or is no good input: arguments, exit and code. */
const REFUSED: readonly (readonly [args: readonly string[], exit: number, code: string])[] = [
  [["claim", "--owner", "web", "--size", "1000000000"], 1, "ERR_POOL_EXHAUSTED"],
  [["claim", "--owner", "other", "--key", "k"], 1, "ERR_CLAIM_KEY"],
  [["adopt", "1879048192", "--owner", "web"], 1, "ERR_RANGE_HELD"],
  [["release", "c99"], 1, "ERR_CLAIM_NONE"],
  [["renew", "--key", "old", "--ttl", "1h"], 1, "ERR_CLAIM_ENDED"],
  [["pool", "other", "--range", "1879048192+65536"], 2, "ERR_POOL"],
  [["pool", "low", "--range", "0-99999"], 2, "ERR_POOL"],
  [["claim", "--owner", "web", "--pool", "none"], 2, "ERR_POOL"],
  [["claim", "--owner", ""], 2, "ERR_USAGE"],
  [["claim", "--owner", "web", "--size", "0"], 2, "ERR_USAGE"],
  [["claim", "--owner", "web", "--ttl", "1"], 2, "ERR_USAGE"],
  [["release"], 2, "ERR_USAGE"],
  [["release", "web"], 2, "ERR_USAGE"],
  [["renew", "c2"], 2, "ERR_USAGE"],
  [["adopt", "--owner", "web"], 2, "ERR_USAGE"],
  [["adopt", "5-4", "--owner", "web"], 2, "ERR_ID_RANGE"],
  [["who-owns", "1", "--at", "noon"], 2, "ERR_USAGE"],
];

allocTest("every refusal has a code of its own and leaves the state untouched", async (t) => {
  const { json, refused } = allocFor(t);
  await json("claim", "--owner", "web", "--key", "k");
  await json("claim", "--owner", "web", "--key", "old");
  await json("release", "--key", "old");
  for (const [args, exit, code] of REFUSED) {
    const [was, said] = await refused(...args);
    assert.deepEqual([was, said], [exit, code], args.join(" "));
  }
});

allocTest("a file that is no ledger, or one of a newer version, is told and stays as it is", async (t) => {
  const { store, run } = allocFor(t);
  const said = async () => {
    const before = readFileSync(store);
    const { exit, stderr } = await run("claim", "--owner", "web", "--json");
    assert.deepEqual(readFileSync(store), before);
    return [exit, JSON.parse(stderr).error.code];
  };
  writeFileSync(store, "some notes, and no database at all\n".repeat(100));
  assert.deepEqual(await said(), [2, "ERR_STORE_CORRUPT"]);
  writeFileSync(store, "");
  await run("claim", "--owner", "web");
  const database = (await sqliteDriver()).open(store);
  database.exec("PRAGMA user_version = 2");
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  assert.deepEqual(await said(), [2, "ERR_STORE_NEWER"]);
});

allocTest("a place that cannot be written, or of a kind that is unknown, is told", async (t) => {
  const folder = folderFor(t);
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const [place, code] of [
    [join(file, "alloc.db"), "ERR_FILE"],
    [folder, "ERR_FILE"],
    ["/dev/null", "ERR_FILE"],
    ["mysql://host/ids", "ERR_USAGE"],
  ] as const) {
    const { exit, stderr } = await userns(["alloc", "list", "--store", place, "--json"]);
    assert.deepEqual([exit, JSON.parse(stderr).error.code], [2, code], place);
  }
});

allocTest("a folder that cannot be made is told, and not tried for ever", async () => {
  const { exit, stderr } = await userns([
    "alloc",
    "claim",
    "--owner",
    "web",
    "--store",
    "/proc/none/alloc.db",
    "--json",
  ]);
  assert.deepEqual([exit, JSON.parse(stderr).error.code], [2, "ERR_FILE"]);
});

allocTest("who only reads makes no store, and is told that there is none", async (t) => {
  const store = join(folderFor(t), "alloc.db");
  const reads = [["list"], ["history"], ["export"], ["pool"], ["quota"], ["who-owns", "5"]];
  for (const read of reads) {
    const { stdout, stderr } = await userns(["alloc", ...read, "--store", store]);
    assert.equal(stderr, `note: ${store} is not there yet: the first claim makes it\n`);
    assert.equal(stdout, read[0] === "who-owns" ? "5 is nobody's\n  reserved: system users\n" : "");
  }
  assert.equal(existsSync(store), false);
});

allocTest("tables that were changed by hand are told as a store that is corrupt", async (t) => {
  const { store, run } = allocFor(t);
  await run("claim", "--owner", "web");
  const database = (await sqliteDriver()).open(store);
  database.exec("DROP TABLE run");
  database.close();
  const { exit, stderr } = await run("claim", "--owner", "db", "--json");
  assert.deepEqual([exit, JSON.parse(stderr).error.code], [2, "ERR_STORE_CORRUPT"]);
});

allocTest("a file that grants nothing is adopted without a claim", async (t) => {
  const { run } = allocFor(t);
  const { exit, stdout, stderr } = await run("adopt", "--subuid", "/dev/null", "--json");
  assert.deepEqual([exit, stdout, stderr], [0, "[]\n", "no range is in use there: nothing to enter\n"]);
});

test("a user without a home is asked for a place", () => {
  assert.equal(defaultStorePath({ HOME: "/home/ben" }), "/home/ben/.local/state/userns/alloc.db");
  assert.equal(
    defaultStorePath({ HOME: "ben", XDG_STATE_HOME: "state" }),
    join(userInfo().homedir, ".local/state/userns/alloc.db"),
  );
});

allocTest("without --store the state is in $XDG_STATE_HOME/userns, and needs no set-up", async (t) => {
  const folder = folderFor(t);
  const env = { ...process.env, XDG_STATE_HOME: folder };
  const { exit, stdout, stderr } = await startUserns(["alloc", "claim", "--owner", "web", "--json"], env).ended;
  assert.deepEqual([exit, stderr], [0, ""]);
  const [range] = JSON.parse(
    (await userns(["alloc", "list", "--store", join(folder, "userns/alloc.db"), "--json"])).stdout,
  );
  assert.equal(range.start, JSON.parse(stdout).start);
});
