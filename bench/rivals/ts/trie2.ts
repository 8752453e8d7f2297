import { fillMaskedTrie, TRIE_SIZES } from "./masked-trie.ts";
import { signed, type TsRival } from "./rival.ts";

/** The masked trie as one would write it first: tables in variables, one id a turn. */
let pages = new Int32Array(0);
let blocks = new Int32Array(0);
let leaves = new Int32Array(0);

function translate(from: Int32Array, to: Int32Array, l1: Int32Array, l2: Int32Array, l3: Int32Array): void {
  for (let k = 0; k < from.length; k++) {
    const id = from[k] ?? 0;
    const page = l1[id >>> 16] ?? 0;
    const block = l2[(page >>> 8) + ((id >>> 8) & 255 & page)] ?? 0;
    const leaf = 2 * ((block >>> 8) + (id & 255 & block));
    to[k] = (id | (l3[leaf] ?? 0)) + (l3[leaf + 1] ?? 0);
  }
}

export const trie2: TsRival = {
  name: "trie2",
  load(table) {
    if (pages.length === 0) {
      pages = new Int32Array(TRIE_SIZES.pages);
      blocks = new Int32Array(TRIE_SIZES.blocks);
      leaves = new Int32Array(TRIE_SIZES.leaves);
    }
    return fillMaskedTrie(table, pages, blocks, leaves);
  },
  run: (from, to) => translate(signed(from), signed(to), pages, blocks, leaves),
};
