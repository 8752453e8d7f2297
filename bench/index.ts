/**
 * Wasm against pure TypeScript against native C, and shifting against other tools.
 *
 *   npm run bench -- [--json FILE] [--only PREFIX]… [--quick] [--seed N]
 *
 * A whole run writes bench/RESULTS.md; one with --only or --quick prints it instead.
 */
import { statSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Bench, Cases } from "./bench.ts";
import { CORE_WASM, ensureBuilt } from "./built.ts";
import { C_FLAGS, startCRivals } from "./c-rivals.ts";
import { access } from "./cases/access.ts";
import { alloc } from "./cases/alloc.ts";
import { bulk } from "./cases/bulk.ts";
import { cold } from "./cases/cold.ts";
import { kuid64 } from "./cases/kuid64.ts";
import { mapLoad } from "./cases/map-load.ts";
import { one } from "./cases/one.ts";
import { owned } from "./cases/owned.ts";
import { route } from "./cases/route.ts";
import { tar } from "./cases/tar.ts";
import { report } from "./report.ts";
import { resultsOf } from "./results.ts";
import type { Measured } from "./row.ts";
import { DEFAULT_SEED } from "./workloads.ts";

const REPORT = "bench/RESULTS.md";
const ROUNDS = 15;
const QUICK_ROUNDS = 5;
/** Cold start first: nothing of it is in this process. */
const ALL: readonly Cases[] = [cold, mapLoad, one, bulk, owned, route, kuid64, access, tar, alloc];

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    only: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    seed: { type: "string", default: String(DEFAULT_SEED) },
  },
});

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const { only, quick } = values;
const seed = Number(values.seed);
if (!Number.isSafeInteger(seed)) throw new Error(`--seed: expected a whole number (got ${values.seed})`);

ensureBuilt(say);
const { initSync } = await import("../src/core/index.ts");
const { initSync: initTwin } = await import("../src/core/engine-ts.ts");
const wasm = initSync();
if (wasm.name !== "wasm")
  throw new Error(`expected the Wasm engine (got ${wasm.name}: ${wasm.fallback ?? "no reason"})`);

const c = startCRivals();
const missing: string[] = "missing" in c ? [c.missing] : [];
for (const reason of missing) say(reason);
say(`seed ${seed}, Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? "unknown CPU"}`);

const bench: Bench = {
  wasm,
  twin: initTwin(),
  c: "missing" in c ? null : c,
  seed,
  isQuick: quick,
  rounds: quick ? QUICK_ROUNDS : ROUNDS,
  wants: (id) => !only || only.some((prefix) => id.startsWith(prefix)),
  say,
  miss(reason) {
    say(reason);
    missing.push(reason);
  },
};

const measured: Measured[] = [];
const loadAverage = loadavg();
try {
  for (const cases of ALL) for await (const row of cases(bench)) measured.push(row);
} finally {
  if (!("missing" in c)) c.close();
}
if (measured.length === 0) throw new Error(`--only: no row begins with ${only?.join(" or ")}`);

const results = resultsOf(
  {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    nodeFlags: process.execArgv.filter((flag) => flag.startsWith("--") && !/^--(?:import|require|loader)/.test(flag)),
    engine: wasm.name,
    wasmBytes: statSync(CORE_WASM).size,
    c: "missing" in c ? c.missing : c.compiler,
    cFlags: C_FLAGS,
    seed,
    rounds: bench.rounds,
    loadAverage,
    missing,
  },
  measured,
);
const text = report(results);
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
if (only || quick) process.stdout.write(text);
else writeFileSync(REPORT, text);
