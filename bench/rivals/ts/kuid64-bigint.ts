import { type FlatRoute, followFlat, unpackKuid64 } from "../../../src/core/index.ts";
import type { Kuid64Rival } from "./kuid64-rival.ts";

/** What one writes first: a 64-bit id is a BigInt. */
let route: FlatRoute = { tables: new Map(), other: { id: 0, number: 0 } };

function wide(packed: Uint32Array): BigUint64Array {
  return new BigUint64Array(packed.buffer, packed.byteOffset, packed.length / 2);
}

export const kuid64BigInt: Kuid64Rival = {
  name: "BigInt",
  pack(ids, numbers, packed) {
    const to = wide(packed);
    for (let k = 0; k < ids.length; k++) to[k] = (BigInt(numbers[k] ?? 0) << 32n) | BigInt(ids[k] ?? 0);
  },
  unpack(packed, ids, numbers) {
    const from = wide(packed);
    for (let k = 0; k < ids.length; k++) {
      const kuid = from[k] ?? 0n;
      ids[k] = Number(kuid & 0xffff_ffffn);
      numbers[k] = Number(kuid >> 32n);
    }
  },
  load(flat) {
    route = flat;
    return true;
  },
  translate(from, to) {
    const source = wide(from);
    const target = wide(to);
    for (let k = 0; k < source.length; k++) {
      const { id, number } = followFlat(route, unpackKuid64(source[k] ?? 0n));
      target[k] = (BigInt(number) << 32n) | BigInt(id);
    }
  },
  translateSplit(ids, numbers, to) {
    for (let k = 0; k < ids.length; k++) to[k] = followFlat(route, { id: ids[k] ?? 0, number: numbers[k] ?? 0 }).id;
  },
};
