/** map-load/: from the lines of a map to a translator, a direction at a time; and what its first bulk run adds. */
import { flattenRoute, type IdMap, idMap, type Route, type Translator } from "../../src/core/index.ts";
import { AGAIN, type Bench, type Cases, measureRow, rowOf, WASM } from "../bench.ts";
import { measure, type Side } from "../harness.ts";
import type { Measured } from "../row.ts";
import { makeMap } from "../workloads.ts";

const LINES = 340;
/** Ids in the first bulk run: enough for the engine to build the tables that it builds only when they pay. */
const BULK = 65_536;

type Direction = "down" | "up";

export const mapLoad: Cases = async function* (bench) {
  const { extents } = makeMap("sub", LINES, bench.seed);
  for (const direction of ["down", "up"] as const) {
    const id = `map-load/sub-${LINES}-${direction}`;
    if (bench.wants(id)) yield await loading(bench, id, extents, direction);
    const withTables = `${id}-with-bulk-tables`;
    if (bench.wants(withTables)) yield await loadingWithTables(bench, withTables, extents, direction);
  }
};

function routeOf(map: IdMap, direction: Direction): Route {
  return [{ direction, map, name: "uid_map" }];
}

const head = (id: string) => ({ id, n: LINES, ids: "uniform", size: 1 }) as const;

/** Lines checked and sorted, the route flattened, and loaded. */
async function loading(bench: Bench, id: string, extents: IdMap["extents"], direction: Direction): Promise<Measured> {
  const load = (engine: Bench["wasm"]): Translator => engine.load(flattenRoute(routeOf(idMap(extents), direction)));
  const sideOf = (name: string, engine: Bench["wasm"]): Side => ({
    name,
    kept: true,
    time: (runs) => timeOf(runs, () => load(engine).free()),
    sum: () => sumOf(load(engine), extents),
  });
  const ready = flattenRoute(routeOf(idMap(extents), direction));
  return measureRow(bench, head(id), [
    sideOf(WASM, bench.wasm),
    sideOf(AGAIN, bench.wasm),
    sideOf("ts engine twin", bench.twin),
    {
      name: "wasm, of a flat route",
      kept: true,
      time: (runs) => timeOf(runs, () => bench.wasm.load(ready).free()),
      sum: () => sumOf(bench.wasm.load(ready), extents),
    },
  ]);
}

/** The same with everything that a first bulk run builds: load and run, less the run once loaded. */
async function loadingWithTables(
  bench: Bench,
  id: string,
  extents: IdMap["extents"],
  direction: Direction,
): Promise<Measured> {
  const ids = bench.wasm.alloc(BULK);
  const to = bench.wasm.alloc(BULK);
  const load = (): Translator => bench.wasm.load(flattenRoute(routeOf(idMap(extents), direction)));
  const kept = load();
  const both: Side = {
    name: "load and run",
    kept: true,
    time: (runs) =>
      timeOf(runs, () => {
        const translator = load();
        translator.ids(ids, to);
        translator.free();
      }),
    sum: () => sumOf(load(), extents),
  };
  const run: Side = {
    name: "run",
    kept: true,
    time: (runs) => timeOf(runs, () => kept.ids(ids, to)),
    sum: () => sumOf(load(), extents),
  };
  const timings = await measure([[both, run]], { rounds: bench.rounds });
  const [whole, part] = [timings.get(both.name), timings.get(run.name)];
  if (!whole || !part) throw new Error("both sides were measured");
  const difference = { ...whole, median: whole.median - part.median };
  for (const used of [kept, ids, to]) used.free();
  return rowOf(head(id), new Map([...timings, [WASM, difference]]));
}

function timeOf(runs: number, work: () => void): number {
  const start = process.hrtime.bigint();
  for (let k = 0; k < runs; k++) work();
  return Number(process.hrtime.bigint() - start);
}

/** What the translator makes of the edges of every line. */
function sumOf(translator: Translator, extents: IdMap["extents"]): number {
  const edges = extents.flatMap(({ first, lowerFirst, count }) => [
    first,
    first + count - 1,
    lowerFirst,
    first + count,
  ]);
  const sum = edges.reduce((all, id) => (Math.imul(all, 31) + translator.one(id)) >>> 0, 0);
  translator.free();
  return sum;
}
