/** kuid64/: ten million 64-bit ids, packed (id and number in turn) or split into two columns. */
import type { Cases } from "../bench.ts";
import { makeMap } from "../workloads.ts";
import { acrossMixed } from "./kuid64-across.ts";
import { packing } from "./kuid64-pack.ts";
import { across } from "./kuid64-route.ts";
import { up } from "./kuid64-up.ts";

const SIZE = 10_000_000;
const QUICK_SIZE = 1_000_000;
const EXTENTS = [1, 5, 340] as const;

export const kuid64: Cases = async function* (bench) {
  const size = bench.isQuick ? QUICK_SIZE : SIZE;
  for (const what of ["pack", "unpack"] as const) {
    const id = `kuid64/${what}`;
    if (bench.wants(id)) yield await packing(bench, id, size, what);
  }
  for (const n of EXTENTS) {
    const map = makeMap("sub", n, bench.seed);
    for (const isSplit of [false, true])
      for (const isMixed of [false, true]) {
        const id = `kuid64/${isSplit ? "split" : "packed"}-${n}/${isMixed ? "mixed" : "classical"}`;
        if (bench.wants(id)) yield await up(bench, { id, map, size, isSplit, isMixed });
      }
    for (const isSplit of [false, true]) {
      const id = `kuid64/across-${n}/mixed-${isSplit ? "split" : "packed"}`;
      if (bench.wants(id)) yield await acrossMixed(bench, id, n, size, isSplit);
    }
    for (const order of ["uniform", "unmapped20"] as const) {
      const id = `kuid64/route-${n}/${order}`;
      if (bench.wants(id)) yield await across(bench, id, n, size, order);
    }
  }
};
