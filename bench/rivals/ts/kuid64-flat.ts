import { endsInside, kuid64Pairs } from "./kuid64-pairs.ts";
import type { Kuid64Rival } from "./kuid64-rival.ts";
import { fillTries, L1, L2, L3, SECOND, THIRD } from "./kuid64-tries.ts";
import { signed } from "./rival.ts";

/**
 * Pairs of u32s through a flat table for each number: the number picks the trie without a branch (a conditional
 * expression would be one in V8's code), two ids a turn. A mask is 0 where two numbers are equal, else −1.
 */
let first = 0;
let second = 0;

function translate(from: Int32Array, to: Int32Array, one: number, two: number): void {
  const whole = from.length & ~3;
  for (let k = 0; k < whole; k += 4) {
    const a = from[k] ?? 0;
    const numberA = from[k + 1] ?? 0;
    const b = from[k + 2] ?? 0;
    const numberB = from[k + 3] ?? 0;
    const isNotOneA = ((numberA ^ one) | -(numberA ^ one)) >> 31;
    const isNotTwoA = ((numberA ^ two) | -(numberA ^ two)) >> 31;
    const trieA = (SECOND + (SECOND & isNotTwoA)) & isNotOneA;
    const isNotOneB = ((numberB ^ one) | -(numberB ^ one)) >> 31;
    const isNotTwoB = ((numberB ^ two) | -(numberB ^ two)) >> 31;
    const trieB = (SECOND + (SECOND & isNotTwoB)) & isNotOneB;
    const pageA = L1[trieA + (a >>> 16)] ?? 0;
    const pageB = L1[trieB + (b >>> 16)] ?? 0;
    const blockA = L2[(pageA >>> 8) + ((a >>> 8) & 255 & pageA)] ?? 0;
    const blockB = L2[(pageB >>> 8) + ((b >>> 8) & 255 & pageB)] ?? 0;
    const leafA = ((blockA >>> 8) + (a & 255 & blockA)) << 1;
    const leafB = ((blockB >>> 8) + (b & 255 & blockB)) << 1;
    to[k] = (a | (L3[leafA] ?? 0)) + (L3[leafA + 1] ?? 0);
    to[k + 1] = 0;
    to[k + 2] = (b | (L3[leafB] ?? 0)) + (L3[leafB + 1] ?? 0);
    to[k + 3] = 0;
  }
  if (whole === from.length) return;
  to[whole] = lookUp(from[whole] ?? 0, from[whole + 1] ?? 0, one, two);
  to[whole + 1] = 0;
}

function translateSplit(ids: Int32Array, numbers: Int32Array, to: Int32Array, one: number, two: number): void {
  const whole = ids.length & ~1;
  for (let k = 0; k < whole; k += 2) {
    const a = ids[k] ?? 0;
    const numberA = numbers[k] ?? 0;
    const b = ids[k + 1] ?? 0;
    const numberB = numbers[k + 1] ?? 0;
    const isNotOneA = ((numberA ^ one) | -(numberA ^ one)) >> 31;
    const isNotTwoA = ((numberA ^ two) | -(numberA ^ two)) >> 31;
    const trieA = (SECOND + (SECOND & isNotTwoA)) & isNotOneA;
    const isNotOneB = ((numberB ^ one) | -(numberB ^ one)) >> 31;
    const isNotTwoB = ((numberB ^ two) | -(numberB ^ two)) >> 31;
    const trieB = (SECOND + (SECOND & isNotTwoB)) & isNotOneB;
    const pageA = L1[trieA + (a >>> 16)] ?? 0;
    const pageB = L1[trieB + (b >>> 16)] ?? 0;
    const blockA = L2[(pageA >>> 8) + ((a >>> 8) & 255 & pageA)] ?? 0;
    const blockB = L2[(pageB >>> 8) + ((b >>> 8) & 255 & pageB)] ?? 0;
    const leafA = ((blockA >>> 8) + (a & 255 & blockA)) << 1;
    const leafB = ((blockB >>> 8) + (b & 255 & blockB)) << 1;
    to[k] = (a | (L3[leafA] ?? 0)) + (L3[leafA + 1] ?? 0);
    to[k + 1] = (b | (L3[leafB] ?? 0)) + (L3[leafB + 1] ?? 0);
  }
  if (whole < ids.length) to[whole] = lookUp(ids[whole] ?? 0, numbers[whole] ?? 0, one, two);
}

function lookUp(id: number, number: number, one: number, two: number): number {
  const trie = number === one ? 0 : number === two ? SECOND : THIRD;
  const page = L1[trie + (id >>> 16)] ?? 0;
  const block = L2[(page >>> 8) + ((id >>> 8) & 255 & page)] ?? 0;
  const leaf = ((block >>> 8) + (id & 255 & block)) << 1;
  return (id | (L3[leaf] ?? 0)) + (L3[leaf + 1] ?? 0);
}

export const kuid64Flat: Kuid64Rival = {
  name: "u32 pairs flat",
  pack: kuid64Pairs.pack,
  unpack: kuid64Pairs.unpack,
  load(flat) {
    const numbers = endsInside(flat) ? fillTries(flat) : null;
    if (!numbers) return false;
    first = numbers.first;
    second = numbers.second;
    return true;
  },
  translate: (from, to) => translate(signed(from), signed(to), first, second),
  translateSplit: (ids, numbers, to) => translateSplit(signed(ids), signed(numbers), signed(to), first, second),
};
