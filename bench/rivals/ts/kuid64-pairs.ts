import { applySegment, CLASSICAL, type FlatRoute, NO_ID, segmentIndex } from "../../../src/core/index.ts";
import type { Kuid64Rival } from "./kuid64-rival.ts";
import { fillMaskedTrie, TRIE_SIZES } from "./masked-trie.ts";
import { signed } from "./rival.ts";

/**
 * A 64-bit id is two u32s. Classical ids go through a masked trie over constants of the module; the ids of the one
 * isolated namespace that the route knows are kept; all others become one id.
 */
const L1 = new Int32Array(TRIE_SIZES.pages);
const L2 = new Int32Array(TRIE_SIZES.blocks);
const L3 = new Int32Array(TRIE_SIZES.leaves);
let own = 0;
let other = -1;

function translate(from: Int32Array, to: Int32Array, known: number, unknown: number): void {
  for (let k = 0; k < from.length; k += 2) {
    const id = from[k] ?? 0;
    const number = from[k + 1] ?? 0;
    if (number === 0) {
      const page = L1[id >>> 16] ?? 0;
      const block = L2[(page >>> 8) + ((id >>> 8) & 255 & page)] ?? 0;
      const leaf = ((block >>> 8) + (id & 255 & block)) << 1;
      to[k] = (id | (L3[leaf] ?? 0)) + (L3[leaf + 1] ?? 0);
    } else to[k] = number === known ? id : unknown;
    to[k + 1] = 0;
  }
}

function translateSplit(ids: Int32Array, numbers: Int32Array, to: Int32Array, known: number, unknown: number): void {
  for (let k = 0; k < ids.length; k++) {
    const id = ids[k] ?? 0;
    const number = numbers[k] ?? 0;
    if (number === 0) {
      const page = L1[id >>> 16] ?? 0;
      const block = L2[(page >>> 8) + ((id >>> 8) & 255 & page)] ?? 0;
      const leaf = ((block >>> 8) + (id & 255 & block)) << 1;
      to[k] = (id | (L3[leaf] ?? 0)) + (L3[leaf + 1] ?? 0);
    } else to[k] = number === known ? id : unknown;
  }
}

/** The one number beside 0 whose ids a route keeps as they are (NO_ID too); null when it does more than that. */
export function keptNumber(flat: FlatRoute): number | null {
  const [number, ...more] = [...flat.tables.keys()].filter((key) => key !== CLASSICAL);
  const table = flat.tables.get(number ?? CLASSICAL) ?? [];
  const keeps = [0, 1, 65_536, 2 ** 31, NO_ID - 1, NO_ID].every((id) => {
    const segment = table[segmentIndex(table, id)];
    return segment && applySegment(segment, id).id === id;
  });
  return number !== undefined && more.length === 0 && table.length <= 2 && keeps ? number : null;
}

/** Do all ids of the route end inside a namespace? */
export function endsInside(flat: FlatRoute): boolean {
  return [...flat.tables.values()].every((table) => table.every((segment) => segment.number === CLASSICAL));
}

export const kuid64Pairs: Kuid64Rival = {
  name: "u32 pairs",
  pack(ids, numbers, packed) {
    for (let k = 0; k < ids.length; k++) {
      packed[2 * k] = ids[k] ?? 0;
      packed[2 * k + 1] = numbers[k] ?? 0;
    }
  },
  unpack(packed, ids, numbers) {
    for (let k = 0; k < ids.length; k++) {
      ids[k] = packed[2 * k] ?? 0;
      numbers[k] = packed[2 * k + 1] ?? 0;
    }
  },
  load(flat) {
    const number = keptNumber(flat);
    const table = flat.tables.get(CLASSICAL);
    if (number === null || !table || !endsInside(flat) || !fillMaskedTrie(table, L1, L2, L3)) return false;
    own = number | 0;
    other = flat.other.id | 0;
    return true;
  },
  translate: (from, to) => translate(signed(from), signed(to), own, other),
  translateSplit: (ids, numbers, to) => translateSplit(signed(ids), signed(numbers), signed(to), own, other),
};
