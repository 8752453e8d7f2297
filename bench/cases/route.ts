/** route/: a million ids through four hops: flattened into one table, against one hop after the other. */
import { flattenRoute, type Route } from "../../src/core/index.ts";
import { AGAIN, type Bench, type Cases, copySides, measureRow, NAIVE, tableOf, tsSides, WASM } from "../bench.ts";
import { side } from "../harness.ts";
import { translateNaively } from "../rivals/ts/naive-objects.ts";
import type { Measured } from "../row.ts";
import { makeIds, makeRoute, type Order } from "../workloads.ts";

const SIZE = 1_000_000;
const HOPS = 4;
const EXTENTS = [1, 2, 5, 64, 340] as const;
const ROUTE_ORDERS = ["uniform", "sorted"] as const;

export const route: Cases = async function* (bench) {
  for (const n of EXTENTS) {
    const hops = makeRoute(HOPS, n, bench.seed);
    for (const order of ROUTE_ORDERS) {
      const id = `route/${HOPS}x${n}/${order}`;
      if (bench.wants(id)) yield await translate(bench, id, n, hops, order);
    }
  }
};

async function translate(bench: Bench, id: string, n: number, hops: Route, order: Order): Promise<Measured> {
  const { wasm, twin, c, seed } = bench;
  const maps = hops.map(({ map }) => map);
  const [first] = maps;
  if (!first) throw new Error("a route has at least one hop");
  const ids = makeIds(order, first, SIZE, seed);
  const flat = flattenRoute(hops);
  const table = tableOf(hops);
  const from = wasm.alloc(SIZE);
  const to = wasm.alloc(SIZE);
  from.view().set(ids);
  const translator = wasm.load(flat);
  const [down, ...further] = hops.map((hop) => wasm.load(flattenRoute([hop])));
  const inTypeScript = twin.load(flat);
  const native = await c?.load(table, null, ids);
  const read = (): Uint32Array => from.view();
  const written = (): Uint32Array => to.view();
  const hopByHop = (): void => {
    down?.ids(from, to);
    for (const hop of further) hop.ids(to);
  };
  const translating = [
    side(WASM, () => translator.ids(from, to), written, true),
    side(AGAIN, () => translator.ids(from, to), written, true),
    side("wasm hop by hop", hopByHop, written, true),
    side("ts engine twin", () => inTypeScript.ids(read(), written()), written),
    side(NAIVE, () => translateNaively(maps, read(), written()), written, true),
    ...tsSides(table, null, read, written),
    ...(native?.translating ?? []),
  ];
  const copying = [...(await copySides(ids, read, written)), ...(native?.copying ?? [])];
  const measured = await measureRow(bench, { id, n, ids: order, size: SIZE }, translating, copying);
  for (const used of [translator, down, ...further, inTypeScript, from, to]) used?.free();
  return measured;
}
