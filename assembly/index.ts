/**
 * The Wasm core: integers over static memory. Every export takes addresses and lengths; who calls owns the memory from
 * {@link HEAP} upwards and lays out tables there as segment.ts, vertical.ts, trie.ts and kuid64.ts say.
 */
export { HEADER, shiftHeader } from "./header";
export { pack, translatePacked, translateSplit, unpack } from "./kuid64";
export { translateBySearch } from "./segment";
export { translateByTrie } from "./translate-trie";
export { buildTrie, trieBytes } from "./trie";
export { translateVertical } from "./vertical";

/** The first address that is not used here. */
export const HEAP: usize = __heap_base;
