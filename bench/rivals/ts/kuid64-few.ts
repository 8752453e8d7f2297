import { endsInside, kuid64Pairs } from "./kuid64-pairs.ts";
import type { Kuid64Rival } from "./kuid64-rival.ts";
import { tablesOf } from "./kuid64-tries.ts";
import { signed } from "./rival.ts";

/**
 * Pairs of u32s through few segments: where each id begins a segment, pin and delta are those of the last beginning that
 * is not above it. For each number that the route knows, the segments lie in one array, which the number picks.
 */
const MOST = 8;
/** First id − 2³¹, pin and delta of up to eight segments, for two numbers and all others. */
const TABLES = new Int32Array(3 * 3 * MOST);
let first = 0;
let second = 0;
let count = 0;

function lookUp(id: number, number: number, one: number, two: number, segments: number): number {
  const table = number === one ? 0 : number === two ? 3 * MOST : 6 * MOST;
  const key = id ^ 0x8000_0000;
  let at = table;
  for (let k = 1; k < segments; k++) at += (TABLES[table + 3 * k] ?? 0) <= key ? 3 : 0;
  return (id | (TABLES[at + 1] ?? 0)) + (TABLES[at + 2] ?? 0);
}

export const kuid64Few: Kuid64Rival = {
  name: "u32 pairs few",
  pack: kuid64Pairs.pack,
  unpack: kuid64Pairs.unpack,
  load(flat) {
    const [one, two = one, ...more] = tablesOf(flat);
    if (!endsInside(flat) || !one || !two || more.length > 0) return false;
    const { other } = flat;
    const rest = [{ first: 0, pin: 0xffff_ffff, delta: other.id + 1 }];
    const tables = [one[1], two[1], rest];
    if (tables.some((table) => table.length > MOST)) return false;
    // A segment that begins above all ids is never reached, except by the highest id: there the last real one is repeated.
    for (const [k, table] of tables.entries())
      for (let place = 0; place < MOST; place++) {
        const segment = table[place] ?? table.at(-1);
        const begin = table[place] ? (segment?.first ?? 0) : 0xffff_ffff;
        TABLES.set([begin ^ 0x8000_0000, segment?.pin ?? 0, segment?.delta ?? 0], 3 * (k * MOST + place));
      }
    first = one[0] | 0;
    second = two[0] | 0;
    count = Math.max(...tables.map((table) => table.length));
    return true;
  },
  translate(from, to) {
    const [source, target] = [signed(from), signed(to)];
    const [one, two, segments] = [first, second, count];
    for (let k = 0; k < source.length; k += 2) {
      target[k] = lookUp(source[k] ?? 0, source[k + 1] ?? 0, one, two, segments);
      target[k + 1] = 0;
    }
  },
  translateSplit(ids, numbers, to) {
    const [source, own, target] = [signed(ids), signed(numbers), signed(to)];
    const [one, two, segments] = [first, second, count];
    for (let k = 0; k < source.length; k++) target[k] = lookUp(source[k] ?? 0, own[k] ?? 0, one, two, segments);
  },
};
