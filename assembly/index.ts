/**
 * The Wasm core: integers over static memory. Every export takes addresses and lengths; who calls owns the memory from
 * {@link HEAP} upwards and lays out tables there as segment.ts, blocks.ts, vertical.ts, scattered.ts and kuid64.ts say.
 */
export { access, reach } from "./access";
export { buildRoot, buildRow, rootBytes } from "./blocks";
export { shiftHeader } from "./header";
export { pack, translatePacked, translateSplit, unpack } from "./kuid64";
export { buildList, listBytes } from "./scattered";
export { translateBySearch } from "./segment";
export { HEADER, HEAP } from "./static";
export { translateByBlocks, translateVertical } from "./stretches";
