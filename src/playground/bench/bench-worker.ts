/** Measures both engines, apart from the page: the workloads of the project's own benchmarks, smaller. */

import { type EXTENT_COUNTS, makeIds, makeMap } from "../../../bench/workloads.ts";
import { type Engine, flattenRoute, initSync, type Route, typescriptEngine } from "../../core/index.ts";
import type { BenchMessage, BenchRow } from "./messages.ts";

const SIZE = 1 << 20;
const ROUNDS = 9;
const SEED = 20_260_601;
const CASES: readonly { readonly extents: (typeof EXTENT_COUNTS)[number]; readonly order: "uniform" | "sorted" }[] = [
  { extents: 1, order: "uniform" },
  { extents: 5, order: "uniform" },
  { extents: 16, order: "uniform" },
  { extents: 64, order: "uniform" },
  { extents: 340, order: "uniform" },
  { extents: 340, order: "sorted" },
];

addEventListener("message", () => {
  const wasm = initSync();
  const twin = typescriptEngine("measured beside Wasm");
  if (wasm.name === "wasm") for (const each of CASES) tell({ type: "row", row: measure(wasm, twin, each) });
  else tell({ type: "none", why: wasm.fallback ?? "" });
  tell({ type: "done" });
});

/** Both engines in turn, so that what else the machine does slows both. */
function measure(wasm: Engine, twin: Engine, { extents, order }: (typeof CASES)[number]): BenchRow {
  const map = makeMap("sub", extents, SEED);
  const ids = makeIds(order, map, SIZE, SEED);
  const route: Route = [{ direction: "down", map, name: "map" }];
  const sides = [wasm, twin].map((engine) => side(engine, route, ids));
  const [first, second] = sides;
  if (!first || !second || first.sum() !== second.sum()) throw new Error("the engines do not agree");
  const times: readonly number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, each] of sides.entries()) times[index]?.push(each.run());
  for (const each of sides) each.free();
  const perId = (index: number) => (1e6 * middle(times[index] ?? [])) / SIZE;
  return { extents, order, wasmNs: perId(0), twinNs: perId(1) };
}

function side(engine: Engine, route: Route, ids: Uint32Array) {
  const translator = engine.load(flattenRoute(route));
  const from = engine.alloc(ids.length);
  const to = engine.alloc(ids.length);
  from.view().set(ids);
  translator.ids(from, to);
  return {
    /** Milliseconds. */
    run(): number {
      const start = performance.now();
      translator.ids(from, to);
      return performance.now() - start;
    },
    sum: () => to.view().reduce((sum, id) => (Math.imul(sum, 31) + id) >>> 0, 0),
    free() {
      translator.free();
      from.free();
      to.free();
    },
  };
}

function middle(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

function tell(message: BenchMessage): void {
  postMessage(message);
}
