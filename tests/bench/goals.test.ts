/** Whether a goal is reached is worked out from rows; here from rows whose answer is plain. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GOALS, losses, outcomes } from "../../bench/goals.ts";
import { report } from "../../bench/report.ts";
import { resultsOf } from "../../bench/results.ts";
import type { Row } from "../../bench/row.ts";

function row(id: string, fields: Partial<Row>): Row {
  const none = { wasmNs: 1, tsNs: null, tsNaiveNs: null, cKernelNs: null, cBestNs: null, memcpyNs: null, rivals: {} };
  return { id, n: 1, ids: "uniform", size: 1_000_000, ...none, ...fields };
}

function results(...rows: Row[]) {
  const machine = {
    date: "2026-01-01T00:00:00.000Z",
    cpu: "a CPU",
    cores: 2,
    memoryBytes: 1,
    platform: "linux",
    node: "v20",
    v8: "11",
    nodeFlags: [],
    engine: "wasm",
    wasmBytes: 16_001,
    c: "none",
    cFlags: {},
    seed: 1,
    rounds: 5,
    loadAverage: [0],
    missing: [],
  };
  return resultsOf(
    machine,
    rows.map((each) => ({ row: each, spread: {}, noise: null })),
  );
}

function stateOf(what: RegExp, ...rows: Row[]) {
  const found = outcomes(results(...rows)).filter((outcome) => what.test(outcome.what));
  assert.equal(found.length, 1, `${what}`);
  return found[0];
}

test("a goal that a ratio is at most: the bound itself reaches it, more does not", () => {
  const memcpy = /1 extent, time against memcpy/;
  assert.equal(stateOf(memcpy, row("bulk/sub-1/uniform", { wasmNs: 2.2, memcpyNs: 1 }))?.state, "reached");
  assert.equal(stateOf(memcpy, row("bulk/sub-1/uniform", { wasmNs: 2.21, memcpyNs: 1 }))?.state, "NOT reached");
});

test("a goal that a ratio is at least: the bound itself reaches it, less does not", () => {
  const best = /1 extent, every order/;
  assert.equal(stateOf(best, row("bulk/sub-1/uniform", { tsNs: 5 }))?.state, "reached");
  assert.equal(stateOf(best, row("bulk/sub-1/uniform", { tsNs: 4.99 }))?.state, "NOT reached");
});

test("the goal against BigInt is one against the fastest of its ways", () => {
  const bigInt = /against the fastest BigInt/;
  const withRivals = (rivals: Row["rivals"]) => row("kuid64/across-1/mixed-packed", { rivals, tsNs: 3 });
  assert.equal(stateOf(bigInt, withRivals({ "ts naive objects": 90, "ts BigInt flat": 30 }))?.state, "reached");
  assert.equal(stateOf(bigInt, withRivals({ "ts naive objects": 90, "ts BigInt flat": 29 }))?.state, "NOT reached");
  assert.equal(stateOf(bigInt, withRivals({ "ts naive objects": 29, "ts u32 pairs flat": 3 }))?.state, "NOT reached");
});

test("one case that misses makes the goal missed, and is named", () => {
  const outcome = stateOf(
    /^340 extents, sorted ids or runs/,
    row("bulk/sub-340/sorted", { n: 340, ids: "sorted", tsNs: 9 }),
    row("bulk/wide-340/runs", { n: 340, ids: "runs", tsNs: 4 }),
    row("bulk/wide-340/zipf", { n: 340, ids: "zipf", tsNs: 1 }),
  );
  assert.equal(outcome?.state, "NOT reached");
  assert.deepEqual(outcome?.worst, { id: "bulk/wide-340/runs", value: 4 });
  assert.equal(outcome?.reached, 1);
  assert.equal(outcome?.cases, 2);
});

test("a goal without a case, or whose rival is missing, is not measured", () => {
  assert.equal(stateOf(/^16 extents, uniform/)?.state, "not measured");
  assert.equal(stateOf(/native C/, row("bulk/sub-340/uniform", { n: 340 }))?.state, "not measured");
});

test("the size of the core is judged by the bytes of the built file", () => {
  assert.equal(stateOf(/size of the Wasm core/)?.state, "NOT reached");
});

test("every goal's cases are found among rows of the ids that the benchmark gives", () => {
  const rivals = { "wasm hop by hop": 9, "plain copy": 9, "tar-stream": 9, "Python tarfile": 99, "ts BigInt flat": 99 };
  const fields = { tsNs: 9, cKernelNs: 99, memcpyNs: 1, rivals };
  const rows = [1, 2, 5, 16, 64, 340].flatMap((n) =>
    (["uniform", "sorted"] as const).flatMap((ids) =>
      ["bulk/sub", "owned/sub", "route/4x"].map((id) => row(`${id}-${n}/${ids}`, { n, ids, ...fields })),
    ),
  );
  const all = [
    ...rows,
    ...[1, 5, 340].map((n) => row(`kuid64/across-${n}/mixed-packed`, { n, ...fields })),
    row("kuid64/packed-1/mixed", fields),
    row("kuid64/split-1/mixed", fields),
    row("access/realistic/8", fields),
    row("map-load/sub-340-up", { n: 340, ...fields }),
    row("tar/small-files", fields),
    row("tar/large-files", fields),
    row("cold/import-and-init", fields),
    ...["claim-1", "claim-16", "bulk-1000", "who-owns-100000"].flatMap((name) =>
      ["sqlite", "postgres"].map((kind) => row(`alloc/${kind}-${name}`, { rivals: { durable: 1 } })),
    ),
  ];
  assert.deepEqual(
    outcomes(results(...all)).flatMap(({ what, state }) => (state === "not measured" ? [what] : [])),
    [],
  );
  assert.equal(outcomes(results(...all)).length, GOALS.length);
});

test("claims a second of one client are not those of sixteen, and a bulk claim is one of all its ranges", () => {
  const claims = [
    row("alloc/sqlite-claim-1", { rivals: { durable: 1e9 / 3000 } }),
    row("alloc/sqlite-claim-16", { rivals: { durable: 1e9 / 2999 } }),
  ];
  assert.equal(stateOf(/SQLite, one client/, ...claims)?.state, "reached");
  assert.equal(stateOf(/SQLite, 16 processes/, ...claims)?.state, "NOT reached");
  const bulk = row("alloc/postgres-bulk-1000", { size: 1000, rivals: { durable: 1e5 } });
  assert.deepEqual(stateOf(/1,000 claims/, bulk)?.worst, { id: "alloc/postgres-bulk-1000", value: 100 });
});

test("a row is lost to the fastest rival of a sort that beats the engine", () => {
  const rivals = { "ts a": 0.5, "ts b": 0.25, "c trie": 0.1, "ts slow": 2 };
  assert.deepEqual(losses(results(row("bulk/x", { rivals }), row("bulk/y", { rivals: { "ts slow": 2 } })), ["ts "]), [
    { id: "bulk/x", rival: "ts b", ratio: 4 },
  ]);
});

test("the report names goals that are not reached and rows that are lost", () => {
  const text = report(results(row("bulk/sub-1/uniform", { tsNs: 0.5, rivals: { "ts lin1": 0.5 } })));
  assert.match(text, /\*\*NOT reached\*\* \| 0\.5 \(bulk\/sub-1\/uniform\)/);
  assert.match(text, /\| bulk\/sub-1\/uniform \| ts lin1 \| 2× \|/);
});
