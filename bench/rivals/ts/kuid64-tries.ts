import type { FlatRoute, NamespaceNumber, SegmentTable } from "../../../src/core/index.ts";
import { fillMaskedTrie, TRIE_SIZES } from "./masked-trie.ts";

/** A trie for each namespace number that a route knows, and one for all others, in the same three arrays. */
export const L1 = new Int32Array(3 * TRIE_SIZES.pages);
export const L2 = new Int32Array(2 * TRIE_SIZES.blocks + 1);
export const L3 = new Int32Array(2 * TRIE_SIZES.leaves + 2);

/** Where the parts of the second and the third trie begin. */
export const SECOND = TRIE_SIZES.pages;
export const THIRD = 2 * TRIE_SIZES.pages;

/** The two numbers whose ids have tries of their own. */
export interface TwoNumbers {
  readonly first: number;
  readonly second: number;
}

/** The numbers whose ids become anything else than those of numbers that the route does not know. */
export function tablesOf({ tables, other }: FlatRoute): readonly (readonly [NamespaceNumber, SegmentTable])[] {
  const isOther = ([only, ...more]: SegmentTable): boolean =>
    more.length === 0 && only?.pin !== 0 && (only?.delta ?? 0) >>> 0 === (other.id + 1) >>> 0;
  return [...tables].filter(([, table]) => !isOther(table));
}

/**
 * Fill the tries for a route that knows one number or two; the third one is that of all other numbers.
 *
 * @returns null when the route knows more numbers, or its tables are too long
 */
export function fillTries(flat: FlatRoute): TwoNumbers | null {
  const [one, two = one, ...more] = tablesOf(flat);
  const { other } = flat;
  if (!one || !two || more.length > 0) return null;
  const rest: SegmentTable = [{ first: 0, pin: 0xffff_ffff, delta: (other.id + 1) >>> 0, number: other.number }];
  for (const [k, table] of [one[1], two[1], rest].entries()) {
    const [pages, blocks, leaves] = [k * SECOND, k * TRIE_SIZES.blocks, k * TRIE_SIZES.leaves];
    const l1 = L1.subarray(pages, pages + SECOND);
    const l2 = L2.subarray(blocks, k === 2 ? undefined : blocks + TRIE_SIZES.blocks);
    const l3 = L3.subarray(leaves, k === 2 ? undefined : leaves + TRIE_SIZES.leaves);
    if (!fillMaskedTrie(table, l1, l2, l3)) return null;
    // The entries lead to places in their own part: from here on, in the whole.
    for (let at = 0; at < l1.length; at++) l1[at] = (l1[at] ?? 0) + (blocks << 8);
    for (let at = 0; at < l2.length; at++) l2[at] = (l2[at] ?? 0) + ((leaves >> 1) << 8);
  }
  return { first: one[0] | 0, second: two[0] | 0 };
}
