import { kuid64BigInt } from "./kuid64-bigint.ts";
import { endsInside } from "./kuid64-pairs.ts";
import type { Kuid64Rival } from "./kuid64-rival.ts";
import { fillTries, L1, L2, L3, SECOND, THIRD } from "./kuid64-tries.ts";

/** A 64-bit id is a BigInt, taken apart once and looked up as fast as its halves can be. */
let first = 0;
let second = 0;

function lookUp(id: number, number: number): number {
  const trie = number === first ? 0 : number === second ? SECOND : THIRD;
  const page = L1[trie + (id >>> 16)] ?? 0;
  const block = L2[(page >>> 8) + ((id >>> 8) & 255 & page)] ?? 0;
  const leaf = ((block >>> 8) + (id & 255 & block)) << 1;
  return ((id | (L3[leaf] ?? 0)) + (L3[leaf + 1] ?? 0)) >>> 0;
}

export const kuid64BigIntFlat: Kuid64Rival = {
  name: "BigInt flat",
  pack: kuid64BigInt.pack,
  unpack: kuid64BigInt.unpack,
  load(flat) {
    const numbers = endsInside(flat) ? fillTries(flat) : null;
    if (!numbers) return false;
    first = numbers.first;
    second = numbers.second;
    return true;
  },
  translate(from, to) {
    const source = new BigUint64Array(from.buffer, from.byteOffset, from.length / 2);
    const target = new BigUint64Array(to.buffer, to.byteOffset, to.length / 2);
    for (let k = 0; k < source.length; k++) {
      const kuid = source[k] ?? 0n;
      target[k] = BigInt(lookUp(Number(kuid & 0xffff_ffffn), Number(kuid >> 32n) | 0));
    }
  },
  translateSplit(ids, numbers, to) {
    for (let k = 0; k < ids.length; k++) {
      const kuid = (BigInt(numbers[k] ?? 0) << 32n) | BigInt(ids[k] ?? 0);
      to[k] = lookUp(Number(kuid & 0xffff_ffffn), Number(kuid >> 32n) | 0);
    }
  },
};
