/** kuid64/: ten million 64-bit ids, packed (id and number in turn) or split into two columns. */
import type { Cases } from "../bench.ts";
import { makeMap } from "../workloads.ts";
import { packing } from "./kuid64-pack.ts";
import { across } from "./kuid64-route.ts";
import { up } from "./kuid64-up.ts";

const SIZE = 10_000_000;
const EXTENTS = [1, 5, 340] as const;

export const kuid64: Cases = async function* (bench) {
  for (const what of ["pack", "unpack"] as const) {
    const id = `kuid64/${what}`;
    if (bench.wants(id)) yield await packing(bench, id, SIZE, what);
  }
  for (const n of EXTENTS) {
    const map = makeMap("sub", n, bench.seed);
    for (const isSplit of [false, true])
      for (const isMixed of [false, true]) {
        const id = `kuid64/${isSplit ? "split" : "packed"}-${n}/${isMixed ? "mixed" : "classical"}`;
        if (bench.wants(id)) yield await up(bench, { id, map, size: SIZE, isSplit, isMixed });
      }
    for (const order of ["uniform", "unmapped20"] as const) {
      const id = `kuid64/route-${n}/${order}`;
      if (bench.wants(id)) yield await across(bench, id, n, SIZE, order);
    }
  }
};
