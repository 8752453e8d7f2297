import { pack, translatePacked, translateSplit, unpack } from "../../assembly/kuid64";
import {
  BY_NUMBER,
  BY_NUMBER_COUNT,
  BY_RANK,
  BY_RULES,
  BY_SEARCH,
  GIVES_NUMBERS,
  HAS_ROOTS,
  OTHER_ID,
  OTHER_NUMBER,
  RANKED,
  ROUTE_ROW_BITS,
  RULE_COUNT,
  RULES,
  WAY,
  WIDE,
  WIDE_COUNT,
} from "../../assembly/kuid64-route";
import { BLOCKS, DELTA, FIRST, NUMBER, ROOT, SEGMENT_COUNT, SEGMENTS } from "../../assembly/segment";
import { linkRoot, linkRow, manyExtents, plainly, table } from "./table";

const MOST: usize = 128;
const ids: usize = memory.data(512, 16);
const numbers: usize = memory.data(512, 16);
const toIds: usize = memory.data(512, 16);
const toNumbers: usize = memory.data(512, 16);
const packed: usize = memory.data(1024, 16);
const toPacked: usize = memory.data(1024, 16);
const route: usize = memory.data(64, 16);
const rules: usize = memory.data(96 * 4, 16);
const wide: usize = memory.data(48, 16);
const byNumber: usize = memory.data(48, 16);
/** The segments of numbers 0 (three of them), 7 and 8. */
const segments: usize = memory.data(16 * 5, 16);
const ranked: usize = memory.data(512, 16);

function splat(at: usize, value: u32): void {
  v128.store(at, i32x4.splat(value));
}

function setRule(k: usize, number: u32, first: u32, span: u32, pin: u32, delta: u32, given: u32): void {
  const at = rules + 96 * k;
  splat(at, number);
  splat(at + 16, first ^ 0x8000_0000);
  splat(at + 32, span ^ 0x8000_0000);
  splat(at + 48, pin);
  splat(at + 64, delta - 65534);
  splat(at + 80, given - 5);
}

function setSegment(k: usize, first: u32, pin: u32, delta: u32, given: u32): void {
  const at = segments + 16 * k;
  store<u32>(at, pin);
  store<u32>(at, delta, DELTA);
  store<u32>(at, first, FIRST);
  store<u32>(at, given, NUMBER);
}

function setTable(k: usize, number: u32, at: usize, count: u32): void {
  store<u32>(byNumber + 16 * k, number);
  store<u32>(byNumber + 16 * k, <u32>at, 4);
  store<u32>(byNumber + 16 * k, count, 8);
}

/** Others become 65534 of number 5. Of number 0, ids 10 … 19 become 100 … 109 of 0; of 7, all stay 7's; of 8, all 3 of 0. */
function setRoute(way: u32): void {
  setRule(0, 0, 10, 9, 0, 90, 0);
  setRule(1, 7, 0, 0xffff_ffff, 0, 0, 7);
  setRule(2, 8, 0, 0xffff_ffff, 0xffff_ffff, 4, 0);
  setSegment(0, 0, 0xffff_ffff, 65535, 5);
  setSegment(1, 10, 0, 90, 0);
  setSegment(2, 20, 0xffff_ffff, 65535, 5);
  setSegment(3, 0, 0, 0, 7);
  setSegment(4, 0, 0xffff_ffff, 4, 0);
  setTable(0, 0, segments, 3);
  setTable(1, 7, segments + 48, 1);
  setTable(2, 8, segments + 64, 1);
  store<u32>(route, <u32>rules, RULES);
  store<u32>(route, 3, RULE_COUNT);
  store<u32>(route, <u32>wide, WIDE);
  store<u32>(route, 0, WIDE_COUNT);
  store<u32>(route, 65534, OTHER_ID);
  store<u32>(route, 5, OTHER_NUMBER);
  store<u32>(route, <u32>byNumber, BY_NUMBER);
  store<u32>(route, 3, BY_NUMBER_COUNT);
  store<u32>(route, 1, GIVES_NUMBERS);
  store<u32>(route, way, WAY);
  store<u32>(route, 0, HAS_ROOTS);
  store<u32>(route, <u32>ranked, RANKED);
}

/** Number 0 has the table of the other specs, and no rule. */
function setWide(): void {
  setTable(0, 0, load<usize>(table, SEGMENTS), load<u32>(table, SEGMENT_COUNT));
  store<u32>(route, <u32>rules + 96, RULES);
  store<u32>(route, 2, RULE_COUNT);
  store<u32>(route, 1, WIDE_COUNT);
}

/** Behind the byte for all other ids, a byte of each segment's fields, from the right to the left. All get the number 5. */
function setRanked(): void {
  setPlanes(0, 0xffff_ffff, 65535);
  for (let k: usize = 0; k < 5; k++) {
    const segment = segments + 16 * k;
    store<u32>(segment, 5, NUMBER);
    setPlanes(k + 1, load<u32>(segment), load<u32>(segment, DELTA));
  }
  let at = setRankedTable(ranked + 96, 0, 0, 2);
  splat(at, 9 ^ 0x8000_0000);
  splat(at + 16, 19 ^ 0x8000_0000);
  at = setRankedTable(at + 32, 7, 3, 0);
  at = setRankedTable(at, 8, 4, 0);
  store<u32>(ranked, <u32>(at - ranked));
  store<u32>(ranked, 5, 4);
}

function setPlanes(k: usize, pin: u32, delta: u32): void {
  const at = ranked + 16 + 15 - k;
  const moved = pin == 0 ? delta ^ 0x8000_0000 : delta;
  store<u8>(at, <u8>pin);
  for (let byte: usize = 0; byte < 4; byte++) store<u8>(at + 16 * (1 + byte), <u8>(moved >> <u32>(8 * byte)));
}

/** @returns where its boundaries begin */
function setRankedTable(at: usize, number: u32, before: u32, boundaries: u32): usize {
  splat(at, number);
  splat(at + 16, -1 - before);
  splat(at + 32, 16 * boundaries);
  return at + 48;
}

/** Ids of number 0 are looked up in the table's row of blocks. */
function lookUpInRow(bits: u32): void {
  assert(linkRow(bits));
  store<u32>(route, bits, ROUTE_ROW_BITS);
  const last = load<usize>(table, SEGMENTS) + 16 * (load<usize>(table, SEGMENT_COUNT) - 1);
  splat(wide, 0);
  splat(wide + 16, load<u32>(table, BLOCKS));
  splat(wide + 32, load<u32>(last, FIRST));
}

/** Ids of number 0 are looked up below the table's root. */
function lookUpBelowRoot(): void {
  linkRoot();
  splat(wide + 16, load<u32>(table, ROOT));
  splat(wide + 32, 0xffff_ffff);
  store<u32>(route, 1, HAS_ROOTS);
}

const NUMBERS: StaticArray<u32> = [0, 7, 0, 8, 9, 0, 0xffff_ffff];

function setIds(): void {
  for (let k: usize = 0; k < MOST; k++) {
    store<u32>(ids + 4 * k, k % 13 == 1 ? 0xffff_ffff : <u32>(k & 1 ? k >> 2 : k * 97));
    store<u32>(numbers + 4 * k, NUMBERS[<i32>(k % 7)]);
  }
  pack(ids, numbers, packed, <u32>MOST);
}

function wantedId(id: u32, number: u32, isWide: bool): u32 {
  if (number == 7) return id;
  if (number == 8) return 3;
  if (number != 0) return 65534;
  return isWide ? plainly(id) : id - 10 < 10 ? id + 90 : 65534;
}

function wantedNumber(id: u32, number: u32, isWide: bool): u32 {
  if (load<u32>(route, WAY) == BY_RANK) return 5;
  if (number == 7) return 7;
  if (number == 8) return 0;
  return number == 0 && (isWide || id - 10 < 10) ? 0 : 5;
}

function expectRoute(isWide: bool): void {
  for (let length: usize = 0; length <= 70; length++) {
    memory.fill(toPacked, 1, 1024);
    const unmapped = translatePacked(route, packed, toPacked, <u32>length);
    expect<u32>(translateSplit(route, ids, numbers, toIds, toNumbers, <u32>length)).toBe(unmapped);
    let noIds: u32 = 0;
    for (let k: usize = 0; k < length; k++) {
      const id = load<u32>(ids + 4 * k);
      const number = load<u32>(numbers + 4 * k);
      const wanted = wantedId(id, number, isWide);
      noIds += u32(wanted == 0xffff_ffff);
      expect<u32>(load<u32>(toIds + 4 * k)).toBe(wanted);
      expect<u32>(load<u32>(toNumbers + 4 * k)).toBe(wantedNumber(id, number, isWide));
      expect<u32>(load<u32>(toPacked + 8 * k)).toBe(load<u32>(toIds + 4 * k));
      expect<u32>(load<u32>(toPacked + 8 * k + 4)).toBe(load<u32>(toNumbers + 4 * k));
    }
    expect<u32>(unmapped).toBe(noIds);
    expect<u32>(load<u32>(toPacked + 8 * length)).toBe(0x0101_0101, "nothing is written beyond the last id");
  }
}

describe("64-bit ids", () => {
  it("pack puts id and number in turn, unpack takes them apart, at every length", () => {
    setIds();
    for (let length: usize = 0; length < 20; length++) {
      memory.fill(packed, 0, 1024);
      pack(ids, numbers, packed, <u32>length);
      expect<u32>(load<u32>(packed + 8 * length)).toBe(0);
      unpack(packed, toIds, toNumbers, <u32>length);
      for (let k: usize = 0; k < length; k++) {
        expect<u32>(load<u32>(packed + 8 * k)).toBe(load<u32>(ids + 4 * k));
        expect<u32>(load<u32>(packed + 8 * k + 4)).toBe(load<u32>(numbers + 4 * k));
        expect<u32>(load<u32>(toIds + 4 * k)).toBe(load<u32>(ids + 4 * k));
        expect<u32>(load<u32>(toNumbers + 4 * k)).toBe(load<u32>(numbers + 4 * k));
      }
    }
  });

  it("rules translate a mixture of numbers, and what no rule holds becomes the other id", () => {
    setIds();
    setRoute(BY_RULES);
    expectRoute(false);
  });

  it("few segments are ranked, with the same answers", () => {
    setIds();
    setRoute(BY_RANK);
    setRanked();
    expectRoute(false);
  });

  it("a wide table is asked for the ids of its number only", () => {
    setIds();
    manyExtents(340, 9, 3);
    setRoute(BY_RULES);
    setWide();
    lookUpInRow(9);
    expectRoute(true);
    lookUpInRow(3);
    expectRoute(true);
    lookUpBelowRoot();
    expectRoute(true);
  });

  it("a route that runs by search knows the tables by number and no rule", () => {
    setIds();
    manyExtents(340, 9, 3);
    setRoute(BY_SEARCH);
    setWide();
    expectRoute(true);
  });

  it("ids whose id half becomes NO_ID are counted, at the end too", () => {
    setIds();
    manyExtents(340, 9, 3);
    setRoute(BY_RULES);
    setWide();
    lookUpInRow(9);
    for (let length: usize = 60; length < 70; length++) {
      let wanted: u32 = 0;
      for (let k: usize = 0; k < length; k++)
        wanted += u32(wantedId(load<u32>(ids + 4 * k), load<u32>(numbers + 4 * k), true) == 0xffff_ffff);
      expect<u32>(translateSplit(route, ids, numbers, toIds, 0, <u32>length)).toBe(wanted);
    }
  });
});
