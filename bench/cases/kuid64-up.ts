import { flattenRoute, type IdMap, mapDown, type Route } from "../../src/core/index.ts";
import type { Bench } from "../bench.ts";
import type { Measured } from "../row.ts";
import { makeIds, makeNumbers, OWN_NUMBER } from "../workloads.ts";
import { through } from "./kuid64-through.ts";

/** The id shown for what an isolated namespace cannot see. */
const OVERFLOW = 65_534;

export function routeUp(map: IdMap): Route {
  const shown = { overflow: OVERFLOW, creators: new Map() };
  return [{ direction: "up", map, name: "uid_map", number: OWN_NUMBER, shown }];
}

/** How many kernel ids of a map, in one column or in two; all ids classical, or half of them isolated. */
export interface UpCase {
  readonly id: string;
  readonly map: IdMap;
  readonly size: number;
  readonly isSplit: boolean;
  readonly isMixed: boolean;
}

/** Kernel ids up into an isolated namespace. */
export async function up(bench: Bench, { id, map, size, isSplit, isMixed }: UpCase): Promise<Measured> {
  const ids = makeIds("uniform", map, size, bench.seed).map((inside) => mapDown(map, inside));
  const numbers = makeNumbers(size, isMixed, bench.seed);
  return through(bench, { id, n: map.extents.length, flat: flattenRoute(routeUp(map)), ids, numbers, isSplit });
}
