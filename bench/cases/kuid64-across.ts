import { flattenRoute, mapDown, type Route } from "../../src/core/index.ts";
import type { Bench } from "../bench.ts";
import type { Measured } from "../row.ts";
import { makeIds, makeNumbers, OTHER_NUMBER, OWN_NUMBER } from "../workloads.ts";
import { routeAcross } from "./kuid64-route.ts";
import { through } from "./kuid64-through.ts";

/** Who is shown in the second namespace for an isolated id of the first, and for what it cannot see. */
const CREATOR = 1000;
const OVERFLOW = 65_534;

/**
 * The route of {@link routeAcross}, begun with kernel ids: what an isolated namespace sees of them, down to the kernel
 * again, up into a second isolated namespace, and what is seen there down and up to a disk.
 */
export function routeOfKuids(n: number, seed: number): Route {
  const [first, second, , disk] = routeAcross(n, seed);
  if (!first || !second || !disk) throw new Error("the route has four hops");
  const shown = { overflow: OVERFLOW, creators: new Map([[OWN_NUMBER, CREATOR]]) };
  const inFirst = { map: first.map, name: first.name, number: OWN_NUMBER };
  const inSecond = { map: second.map, name: second.name, number: OTHER_NUMBER };
  return [
    { ...inFirst, direction: "up" },
    { ...inFirst, direction: "down" },
    { ...inSecond, direction: "up", shown },
    { ...inSecond, direction: "down" },
    disk,
  ];
}

/** Of ids that are half classical, two in five the first namespace's (one in five in a hole of its map), the rest another's. */
export async function acrossMixed(
  bench: Bench,
  id: string,
  n: number,
  size: number,
  isSplit: boolean,
): Promise<Measured> {
  const { seed } = bench;
  const route = routeOfKuids(n, seed);
  const [first] = route;
  if (!first) throw new Error("the route has hops");
  const numbers = makeNumbers(size, true, seed);
  const classical = makeIds("uniform", first.map, size, seed);
  const own = makeIds("unmapped20", first.map, size, seed);
  const ids = own.map((isolated, k) => (numbers[k] === 0 ? mapDown(first.map, classical[k] ?? 0) : isolated));
  return through(bench, { id, n, flat: flattenRoute(route), ids, numbers, isSplit });
}
