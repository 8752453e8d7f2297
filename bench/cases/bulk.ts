/** bulk/: a million ids in the engine's own memory, from one column to another. */

import { flattenRoute, type IdMap } from "../../src/core/index.ts";
import { AGAIN, type Bench, type Cases, copySides, measureRow, routeDown, tableOf, tsSides, WASM } from "../bench.ts";
import { side } from "../harness.ts";
import type { Measured } from "../row.ts";
import { EXTENT_COUNTS, makeIds, makeMap, ORDERS, type Order, SHAPES, type Shape } from "../workloads.ts";

const SIZE = 1_000_000;
const shapes = Object.keys(SHAPES).filter((name): name is Shape => name in SHAPES);

export const bulk: Cases = async function* (bench) {
  for (const shape of shapes)
    for (const n of EXTENT_COUNTS) {
      const map = makeMap(shape, n, bench.seed);
      for (const order of ORDERS) {
        const id = `bulk/${shape}-${n}/${order}`;
        if (bench.wants(id)) yield await translate(bench, id, map, order);
      }
    }
};

async function translate(bench: Bench, id: string, map: IdMap, order: Order): Promise<Measured> {
  const { wasm, twin, c, seed } = bench;
  const ids = makeIds(order, map, SIZE, seed);
  const route = flattenRoute(routeDown(map));
  const from = wasm.alloc(SIZE);
  const to = wasm.alloc(SIZE);
  from.view().set(ids);
  const translator = wasm.load(route);
  const inTypeScript = twin.load(route);
  const native = await c?.load(tableOf(routeDown(map)), map, ids);
  const read = (): Uint32Array => from.view();
  const written = (): Uint32Array => to.view();
  const translating = [
    side(WASM, () => translator.ids(from, to), written, true),
    side(AGAIN, () => translator.ids(from, to), written, true),
    side("ts engine twin", () => inTypeScript.ids(read(), written()), written),
    ...tsSides(tableOf(routeDown(map)), map, read, written),
    ...(native?.translating ?? []),
  ];
  const copying = [...(await copySides(ids, read, written)), ...(native?.copying ?? [])];
  const measured = await measureRow(bench, { id, n: map.extents.length, ids: order, size: SIZE }, translating, copying);
  for (const used of [translator, inTypeScript, from, to]) used.free();
  return measured;
}
