import { flattenRoute, follow, invert, type Route } from "../../src/core/index.ts";
import { AGAIN, type Bench, copySides, measureRow, NAIVE, tableOf, tsSides, WASM } from "../bench.ts";
import { side } from "../harness.ts";
import type { Measured } from "../row.ts";
import { makeIds, makeRoute, type Order, OWN_NUMBER } from "../workloads.ts";

/**
 * From inside an isolated namespace down to the kernel, up into a second namespace, and what is seen there down and up
 * to a disk. Ids that the first map does not hold are isolated on the way; the second namespace cannot see them. The
 * maps have `n` extents each, cut at places of their own, and hold the same kernel ids.
 */
export function routeAcross(n: number, seed: number): Route {
  const [first, second] = makeRoute(2, n, seed);
  const [, disk] = makeRoute(2, n, seed + 1);
  if (!first || !second || !disk) throw new Error("a route of two hops has two hops");
  const secondMap = invert(second.map);
  return [
    { direction: "down", map: first.map, name: "uid_map of the first", number: OWN_NUMBER },
    { direction: "up", map: secondMap, name: "uid_map of the second" },
    { direction: "down", map: secondMap, name: "uid_map of the second" },
    { direction: "up", map: invert(disk.map), name: "s_user_ns" },
  ];
}

/** The whole route in bulk, against TypeScript that runs it flattened, and against ids walked through it one by one. */
export async function across(bench: Bench, id: string, n: number, size: number, ids: Order): Promise<Measured> {
  const { wasm, twin, seed } = bench;
  const route = routeAcross(n, seed);
  const [first] = route;
  if (!first) throw new Error("the route has hops");
  const flat = flattenRoute(route);
  const [translator, inTypeScript] = [wasm.load(flat), twin.load(flat)];
  const hops = route.map((hop) => wasm.load(flattenRoute([hop])));
  const [from, to, zero, kept] = [wasm.alloc(size), wasm.alloc(size), wasm.alloc(size), wasm.alloc(size)];
  from.view().set(makeIds(ids, first.map, size, seed));
  const read = (): Uint32Array => from.view();
  const written = (): Uint32Array => to.view();
  const hopByHop = (): void => {
    const [down, ...further] = hops;
    down?.split(from, zero, to, kept);
    for (const hop of further) hop.split(to, kept, to, kept);
  };
  const walked = (): void => {
    const [source, target] = [read(), written()];
    for (let k = 0; k < source.length; k++) target[k] = follow(route, { id: source[k] ?? 0, number: 0 }).id;
  };
  const translating = [
    side(WASM, () => translator.ids(from, to), written, true),
    side(AGAIN, () => translator.ids(from, to), written, true),
    side("wasm hop by hop", hopByHop, written, true),
    side("ts engine twin", () => inTypeScript.ids(read(), written()), written),
    ...tsSides(tableOf(route), null, read, written),
    side(NAIVE, walked, written, true),
  ];
  const copying = await copySides(from.view(), read, written);
  const measured = await measureRow(bench, { id, n, ids, size }, translating, copying);
  for (const used of [translator, inTypeScript, ...hops, from, to, zero, kept]) used.free();
  return measured;
}
