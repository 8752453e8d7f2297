/**
 * The maps and the ids that every bulk case is measured on. The same seed gives the same workload on every machine.
 */
import { type Extent, type IdMap, idMap, insideOf, MAX_ID, NO_ID, type Range, type Route } from "../src/core/index.ts";
import { type Random, random, shuffle } from "./random.ts";

export const DEFAULT_SEED = 20_260_601;

/** Shapes of maps: what their extents look like on the inside. Lower sides are shuffled, with small gaps. */
export const SHAPES = {
  /** Like /etc/subuid: 1 … 65536 ids an extent, small gaps. */
  sub: { count: 65_536, gap: 16, spread: false },
  /** Splinters: 1 … 180 ids an extent, all within a few pages of 65536 ids. */
  frag: { count: 180, gap: 60, spread: false },
  /** 1 … 65536 ids an extent, spread over 2³¹ ids. */
  wide: { count: 65_536, gap: 0, spread: true },
} as const;

export type Shape = keyof typeof SHAPES;
export const EXTENT_COUNTS = [1, 2, 5, 16, 64, 340] as const;

/** Orders of ids. */
export const ORDERS = ["uniform", "zipf", "runs", "sorted", "unmapped20"] as const;
export type Order = (typeof ORDERS)[number];

/** A map of `n` extents, sorted by inside id; the first begins at 0, so that root is mapped. */
export function makeMap(shape: Shape, n: number, seed: number): IdMap {
  const numbers = random(seed, `map ${shape} ${n}`);
  const { count: most, gap, spread } = SHAPES[shape];
  const slot = Math.floor(2 ** 31 / n);
  const inside: Range[] = [];
  let next = 0;
  for (let k = 0; k < n; k++) {
    const count = 1 + numbers.below(most);
    const first = spread && k > 0 ? k * slot + numbers.below(slot - count) : next;
    inside.push({ first, count });
    next = first + count + (gap > 0 ? numbers.below(gap) : 0);
  }
  return idMap(withLower(inside, 100_000, numbers));
}

/** Lay extents out below in shuffled order, from `base` upwards, with gaps of up to 16 ids. */
function withLower(inside: readonly Range[], base: number, numbers: Random): Extent[] {
  let next = base;
  const placed = shuffle([...inside], numbers).map(({ first, count }) => {
    const lowerFirst = next + numbers.below(16);
    next = lowerFirst + count;
    return { first, lowerFirst, count };
  });
  return placed.sort((a, b) => a.first - b.first);
}

/**
 * A route of `hops` hops down, each through a map of `n` extents that cuts the same ids at its own places, so the
 * flattened route has about `hops × n` segments. Each hop's lower ids are the inside ids of the next.
 */
export function makeRoute(hops: number, n: number, seed: number): Route {
  const total = n * 32_768;
  return Array.from({ length: hops }, (_, hop) => {
    const numbers = random(seed, `route ${n} hop ${hop}`);
    const cuts = new Set([0]);
    while (cuts.size < n) cuts.add(1 + numbers.below(total - 1));
    const starts = [...cuts].sort((a, b) => a - b);
    const pieces = starts.map((first, k) => ({ first, count: (starts[k + 1] ?? total) - first }));
    let lowerFirst = (hop + 1) * 100_000;
    const extents = shuffle(pieces, numbers).map(({ first, count }) => {
      const extent = { first: first + hop * 100_000, lowerFirst, count };
      lowerFirst += count;
      return extent;
    });
    return { direction: "down", map: idMap(extents), name: `hop ${hop + 1}` };
  });
}

/** Ids in a given order, drawn from those that `map` holds inside (in `unmapped20`, one in five from those it does not). */
export function makeIds(order: Order, map: IdMap, size: number, seed: number): Uint32Array {
  const numbers = random(seed, `ids ${order} ${size}`);
  const mapped = picker(insideOf(map));
  const ids = new Uint32Array(size);
  const fill = (draw: (index: number) => number): void => {
    for (let k = 0; k < size; k++) ids[k] = draw(k);
  };
  const uniform = (): number => mapped.at(numbers.below(mapped.total));
  switch (order) {
    case "uniform":
      fill(uniform);
      break;
    case "sorted":
      fill(uniform);
      ids.sort();
      break;
    case "zipf":
      // Nine in ten are root; among the rest, the id of rank r comes about 1/r as often as the first.
      fill(() =>
        numbers.below(10) < 9 ? 0 : mapped.at(Math.floor(mapped.total ** numbers.fraction()) % mapped.total),
      );
      break;
    case "runs": {
      let left = 0;
      let id = 0;
      fill(() => {
        if (left === 0) {
          left = 1 + numbers.below(200);
          id = uniform();
        }
        left--;
        return id;
      });
      break;
    }
    case "unmapped20": {
      const holes = holesOf(map);
      fill(() => {
        if (numbers.below(5) > 0) return uniform();
        const hole = holes[numbers.below(holes.length)];
        return hole ? hole.first + numbers.below(hole.count) : NO_ID;
      });
      break;
    }
  }
  return ids;
}

/** The ids between the map's extents, and the 65536 above the last one. */
function holesOf(map: IdMap): Range[] {
  const held = insideOf(map);
  const above = (k: number): Range => {
    const range = held[k];
    const first = range ? range.first + range.count : 0;
    const end = held[k + 1]?.first ?? Math.min(first + 65_536, MAX_ID);
    return { first, count: end - first };
  };
  return held.map((_, k) => above(k)).filter((hole) => hole.count > 0);
}

/** Ids of a set by their rank, in constant number of steps a level of a binary search. */
function picker(ranges: readonly Range[]): { readonly total: number; at(rank: number): number } {
  const before = new Float64Array(ranges.length);
  let total = 0;
  for (const [k, range] of ranges.entries()) {
    before[k] = total;
    total += range.count;
  }
  const at = (rank: number): number => {
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((before[middle] ?? 0) <= rank) low = middle + 1;
      else high = middle;
    }
    return (ranges[low - 1]?.first ?? 0) + (rank - (before[low - 1] ?? 0));
  };
  return { total, at };
}

/** The number of the isolated namespace that is looked from, and that of another. */
export const OWN_NUMBER = 7;
export const OTHER_NUMBER = 9;

/** Namespace numbers for ids: all 0, or, mixed, half 0, two in five this namespace's own and one in ten another's. */
export function makeNumbers(size: number, isMixed: boolean, seed: number): Uint32Array {
  const result = new Uint32Array(size);
  const numbers = random(seed, `numbers ${size}`);
  if (isMixed)
    for (let k = 0; k < size; k++) {
      const draw = numbers.below(10);
      result[k] = draw < 5 ? 0 : draw < 9 ? OWN_NUMBER : OTHER_NUMBER;
    }
  return result;
}
