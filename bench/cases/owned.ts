/** owned/: ten million ids in arrays that belong to JavaScript; Wasm copies them in and out in windows. */
import { flattenRoute, type IdMap } from "../../src/core/index.ts";
import { AGAIN, type Bench, type Cases, copySides, measureRow, routeDown, tableOf, tsSides, WASM } from "../bench.ts";
import { side } from "../harness.ts";
import type { Measured } from "../row.ts";
import { makeIds, makeMap, ORDERS, type Order } from "../workloads.ts";

const SIZE = 10_000_000;
const EXTENTS = [1, 2, 5, 340] as const;

export const owned: Cases = async function* (bench) {
  for (const n of EXTENTS) {
    const map = makeMap("sub", n, bench.seed);
    for (const order of ORDERS) {
      const id = `owned/sub-${n}/${order}`;
      if (bench.wants(id)) yield await translate(bench, id, map, order);
    }
  }
};

async function translate(bench: Bench, id: string, map: IdMap, order: Order): Promise<Measured> {
  const { wasm, twin, c, seed } = bench;
  const ids = makeIds(order, map, SIZE, seed);
  const to = new Uint32Array(SIZE);
  const route = flattenRoute(routeDown(map));
  const table = tableOf(routeDown(map));
  const translator = wasm.load(route);
  const inTypeScript = twin.load(route);
  const native = await c?.load(table, map, ids);
  const read = (): Uint32Array => ids;
  const written = (): Uint32Array => to;
  const translating = [
    side(WASM, () => translator.ids(ids, to), written, true),
    side(AGAIN, () => translator.ids(ids, to), written, true),
    side("ts engine twin", () => inTypeScript.ids(ids, to), written),
    ...tsSides(table, map, read, written),
    ...(native?.translating ?? []),
  ];
  const copying = [...(await copySides(ids, read, written)), ...(native?.copying ?? [])];
  const measured = await measureRow(bench, { id, n: map.extents.length, ids: order, size: SIZE }, translating, copying);
  for (const used of [translator, inTypeScript]) used.free();
  return measured;
}
