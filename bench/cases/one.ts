/** one/: one id a call. These are benchmark.js tables, and not interleaved: compare them with care. */
import Benchmark from "benchmark";
import { flattenRoute, type IdMap, mapDown } from "../../src/core/index.ts";
import { type Bench, type Cases, NAIVE, routeDown, rowOf, WASM } from "../bench.ts";
import { timingOf } from "../harness.ts";
import { translateOne } from "../rivals/ts/naive-objects.ts";
import type { Measured } from "../row.ts";
import { makeIds, makeMap } from "../workloads.ts";

const EXTENTS = [1, 5, 340] as const;
/** Calls in one operation of benchmark.js, whose own cost of some nanoseconds an operation then does not show. */
const CALLS = 4096;
const SIZE = 256 * CALLS;

export const one: Cases = async function* (bench) {
  for (const n of EXTENTS) {
    const id = `one/sub-${n}/uniform`;
    if (bench.wants(id)) yield await calls(bench, id, makeMap("sub", n, bench.seed));
  }
};

async function calls(bench: Bench, id: string, map: IdMap): Promise<Measured> {
  const ids = makeIds("uniform", map, SIZE, bench.seed);
  const flat = flattenRoute(routeDown(map));
  const [translator, inTypeScript] = [bench.wasm.load(flat), bench.twin.load(flat)];
  const ways: readonly (readonly [name: string, way: (id: number) => number])[] = [
    [WASM, (inside) => translator.one(inside)],
    ["ts engine twin", (inside) => inTypeScript.one(inside)],
    ["ts mapDown", (inside) => mapDown(map, inside)],
    [NAIVE, (inside) => translateOne(map.extents, inside)],
  ];
  const samples = await tableOf(bench, id, ids, ways);
  const timings = new Map([...samples].map(([name, seconds]) => [name, timingOf(seconds.map((s) => s * 1e9))]));
  for (const used of [translator, inTypeScript]) used.free();
  return rowOf({ id, n: map.extents.length, ids: "uniform", size: CALLS }, timings);
}

/** Run ways side by side in a suite, after they have given the same sum. @returns seconds an operation, per sample */
async function tableOf(
  bench: Bench,
  title: string,
  ids: Uint32Array,
  ways: readonly (readonly [name: string, way: (id: number) => number])[],
): Promise<Map<string, number[]>> {
  const sums = new Set(ways.map(([, way]) => ids.reduce((sum, id) => (Math.imul(sum, 31) + way(id)) >>> 0, 0)));
  if (sums.size !== 1) throw new Error(`${title}: checksums differ`);
  const suite = new Benchmark.Suite(title);
  const samples = new Map<string, number[]>();
  let sink = 0;
  for (const [name, way] of ways) {
    let start = 0;
    const operation = (): void => {
      let sum = 0;
      for (let k = start; k < start + CALLS; k++) sum = (sum + way(ids[k] ?? 0)) | 0;
      start = (start + CALLS) % SIZE;
      sink ^= sum;
    };
    suite.add(name, operation, { maxTime: bench.rounds > 8 ? 1 : 0.3 });
  }
  return new Promise((resolve, reject) => {
    suite.on("cycle", ({ target }: Benchmark.Event) => {
      bench.say(`${title} ${String(target)}`);
      if ("stats" in target && target.name) samples.set(target.name, target.stats?.sample ?? []);
    });
    // Without this listener benchmark.js goes on in silence, with an empty result.
    suite.on("error", ({ target }: Benchmark.Event) => {
      process.exitCode = 1;
      reject(new Error(`${title}: ${"error" in target ? String(target.error) : "failed"}`));
    });
    suite.on("complete", () => {
      bench.say(`${title} sink ${sink}`);
      resolve(samples);
    });
    suite.run({ async: true });
  });
}
