/** Tables and ids in static memory for the specs. */
import {
  BLOCKS,
  DELTA,
  LIST,
  EXTENT_COUNT,
  EXTENTS,
  FIRST,
  HOLE,
  IS_BIASED,
  NEXT_FIRST,
  NUMBER,
  SEGMENT_COUNT,
  SEGMENTS,
  ROOT,
  ROW_BITS,
  TOP,
  WITHOUT_GUESS,
  WITHOUT_LOOK,
  applySegment,
  segmentOf,
} from "../../assembly/segment";
import { buildList, listBytes } from "../../assembly/scattered";
import { buildRoot, buildRow, rootBytes } from "../../assembly/blocks";

export const MAX_SEGMENTS = 800;
const SENTINELS: usize = 15;
/** The longest list of ids. */
export const MAX_IDS = 4096;

export const table: usize = memory.data(64, 16);
const segments: usize = memory.data(16 * (MAX_SEGMENTS + SENTINELS), 16);
const extents: usize = memory.data(48 * 64, 16);
export const from: usize = memory.data(4 * MAX_IDS + 64, 16);
export const to: usize = memory.data(4 * MAX_IDS + 64, 16);

let segmentCount: u32 = 0;
let extentCount: u32 = 0;
let tableHole: u32 = 0;

export function begin(hole: u32): void {
  segmentCount = 0;
  extentCount = 0;
  tableHole = hole;
}

export function addSegment(first: u32, pin: u32, delta: u32, number: u32): void {
  const at = segments + 16 * segmentCount++;
  store<u32>(at, pin);
  store<u32>(at, delta, DELTA);
  store<u32>(at, first, FIRST);
  store<u32>(at, number, NUMBER);
}

/** A hole up to `first` unless the last segment ends there, and `count` ids that are shifted. */
export function addExtent(first: u32, lower: u32, count: u32): void {
  if (segmentCount == 0 && first > 0) addHole(0);
  addSegment(first, 0, lower - first, 0);
  const at = extents + 48 * extentCount++;
  v128.store(at, i32x4.splat(first ^ 0x8000_0000));
  v128.store(at, i32x4.splat((count - 1) ^ 0x8000_0000), 16);
  v128.store(at, i32x4.splat(lower - first - tableHole - 1), 32);
}

export function addHole(first: u32): void {
  addSegment(first, 0xffff_ffff, tableHole + 1, 0);
}

export function finish(): void {
  const end = segments + 16 * segmentCount;
  memory.fill(end, 0, 16 * SENTINELS);
  store<u32>(table, <u32>segments, SEGMENTS);
  store<u32>(table, segmentCount, SEGMENT_COUNT);
  store<u32>(table, <u32>extents, EXTENTS);
  store<u32>(table, extentCount, EXTENT_COUNT);
  store<u32>(table, tableHole, HOLE);
  store<u32>(table, u32(tableHole != 0xffff_ffff || extentCount == 0), IS_BIASED);
  store<u32>(table, load<u32>(end - 16, FIRST), TOP);
  store<u32>(table, 0, LIST);
  store<u32>(table, 0, BLOCKS);
  store<u32>(table, 0, ROOT);
  store<u32>(table, 0, WITHOUT_LOOK);
  store<u32>(table, 0, WITHOUT_GUESS);
}

/** Five extents: one id at 0, neighbours, one across a page, and one up to the highest id. */
export function fiveExtents(hole: u32): void {
  begin(hole);
  addExtent(0, 500, 1);
  addHole(1);
  addExtent(10, 7000, 5);
  addExtent(15, 90, 300);
  addHole(315);
  addExtent(65000, 1 << 20, 70000);
  addHole(135000);
  addExtent(4294967000, 1 << 24, 295);
  addHole(0xffff_ffff);
  finish();
}

/** `n` extents of `size` ids, a hole of `gap` before each of them, from `start` on. */
export function manyExtents(n: u32, size: u32, gap: u32, start: u32 = 0): void {
  begin(0xffff_ffff);
  for (let k: u32 = 0; k < n; k++) {
    const first = start + gap + k * (size + gap);
    if (k > 0) addHole(first - gap);
    addExtent(first, 100000 + ((k * 7) % n) * size, size);
  }
  addHole(start + n * (size + gap));
  finish();
}

function grow(bytes: u32): usize {
  const start = <usize>memory.size() << 16;
  assert(memory.grow(<i32>((bytes + 0xffff) >> 16)) >= 0);
  return start;
}

/** The most bytes of a row of blocks that the specs build. */
const MOST_ROW_BYTES: u32 = 1 << 20;

/** Write down the blocks of the table, 2 to the power of `bits` ids each, in a row. @returns false, with no row, where it is long */
export function linkRow(bits: u32): bool {
  const bytes = ((load<u32>(table, TOP) >> bits) + 1) << 2;
  if (bytes > MOST_ROW_BYTES) return false;
  const row = grow(bytes);
  buildRow(table, row, bits);
  store<u32>(table, <u32>row, BLOCKS);
  store<u32>(table, bits, ROW_BITS);
  return true;
}

/** Write down the blocks of the table below a root. */
export function linkRoot(): void {
  const root = grow(rootBytes(table));
  buildRoot(table, root);
  store<u32>(table, 0, BLOCKS);
  store<u32>(table, <u32>root, ROOT);
}

/** The most bytes of a list that the specs build. */
const MOST_LIST_BYTES: u32 = 1 << 20;

/** Build the list of what each id becomes. @returns false, with no list, where the table has none or a long one */
export function linkList(): bool {
  const bytes = listBytes(table);
  if (bytes == 0 || bytes > MOST_LIST_BYTES) return false;
  const list = grow(bytes);
  buildList(table, list);
  return true;
}

/** `n` single ids with holes of one between them, which crowd their blocks, and an extent far above. */
export function crowdedBlocks(n: u32): void {
  begin(0xffff_ffff);
  for (let k: u32 = 0; k < n; k++) {
    if (k > 0) addHole(2 * k);
    addExtent(2 * k + 1, 5000 + ((k * 7) % n), 1);
  }
  addHole(2 * n);
  addExtent(9_000_000, 50_000_000, 700);
  addHole(9_000_700);
  finish();
}

/** The edges of every segment, and what lies about them; then ids in runs. @returns how many ids there are */
export function edgeIds(length: u32): u32 {
  for (let k: u32 = 0; k < length; k++) {
    const segment = segments + 16 * ((k / 4) % segmentCount);
    const first = load<u32>(segment, FIRST);
    const next = load<u32>(segment, NEXT_FIRST);
    const way = k < 512 ? k & 3 : (k >> 7) & 3;
    const id = way == 0 ? first : way == 1 ? next - 1 : way == 2 ? first + 1 : next - 2;
    store<u32>(from + 4 * k, id);
  }
  return length;
}

/** Ids that go up by one, `run` of them from the first id of each segment, so that many blocks lie in one. */
export function rowIds(length: u32, run: u32): void {
  for (let k: u32 = 0; k < length; k++) {
    const segment = segments + 16 * ((k / run) % segmentCount);
    store<u32>(from + 4 * k, load<u32>(segment, FIRST) + (k % run));
  }
}

/** What the segments, read one after the other, make of an id. */
export function plainly(id: u32): u32 {
  let k: u32 = 0;
  while (k + 1 < segmentCount && load<u32>(segments + 16 * (k + 1), FIRST) <= id) k++;
  const segment = segments + 16 * k;
  return (id | load<u32>(segment)) + load<u32>(segment, DELTA);
}

/** How many of the ids at `to` differ from what the plain reading makes of those at `from`. */
export function differences(length: u32): u32 {
  let wrong: u32 = 0;
  for (let k: u32 = 0; k < length; k++) wrong += u32(load<u32>(to + 4 * k) != plainly(load<u32>(from + 4 * k)));
  return wrong;
}

/** How many of the ids at `to` are NO_ID. */
export function noIds(length: u32): u32 {
  let count: u32 = 0;
  for (let k: u32 = 0; k < length; k++) count += u32(load<u32>(to + 4 * k) == 0xffff_ffff);
  return count;
}

export function bySearch(id: u32): u32 {
  return applySegment(segmentOf(segments, segmentCount, id), id);
}
