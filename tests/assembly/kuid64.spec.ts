import { pack, translatePacked, translateSplit, unpack } from "../../assembly/kuid64";
import { BLOCKS, FIRST, ROOT, SEGMENT_COUNT, SEGMENTS } from "../../assembly/segment";
import { linkRoot, linkRow, manyExtents, plainly, table } from "./table";

const MOST: usize = 128;
const ids: usize = memory.data(512, 16);
const numbers: usize = memory.data(512, 16);
const toIds: usize = memory.data(512, 16);
const toNumbers: usize = memory.data(512, 16);
const packed: usize = memory.data(1024, 16);
const toPacked: usize = memory.data(1024, 16);
const route: usize = memory.data(48, 16);
const rules: usize = memory.data(96 * 4, 16);
const wide: usize = memory.data(48, 16);
const byNumber: usize = memory.data(16, 16);

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

/** Others become 65534 of number 5. Of number 0, ids 10 … 19 become 100 … 109 of 0; of 7, all stay 7's; of 8, all 3 of 0. */
function setRoute(wideCount: u32, isSearched: u32): void {
  setRule(0, 0, 10, 9, 0, 90, 0);
  setRule(1, 7, 0, 0xffff_ffff, 0, 0, 7);
  setRule(2, 8, 0, 0xffff_ffff, 0xffff_ffff, 4, 0);
  store<u32>(byNumber, 0);
  store<u32>(byNumber, load<u32>(table, SEGMENTS), 4);
  store<u32>(byNumber, load<u32>(table, SEGMENT_COUNT), 8);
  store<u32>(route, <u32>rules);
  store<u32>(route, 3, 4);
  store<u32>(route, <u32>wide, 8);
  store<u32>(route, wideCount, 12);
  store<u32>(route, 65534, 16);
  store<u32>(route, 5, 20);
  store<u32>(route, <u32>byNumber, 24);
  store<u32>(route, 1, 28);
  store<u32>(route, 1, 32);
  store<u32>(route, isSearched, 36);
  store<u32>(route, 0, 40);
}

/** Ids of number 0 are looked up in the table's row of blocks. */
function lookUpInRow(bits: u32): void {
  assert(linkRow(bits));
  store<u32>(route, bits, 44);
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
  store<u32>(route, 1, 40);
}

const NUMBERS: StaticArray<u32> = [0, 7, 0, 8, 9, 0, 0xffff_ffff];

function setIds(): void {
  for (let k: usize = 0; k < MOST; k++) {
    store<u32>(ids + 4 * k, <u32>(k & 1 ? k >> 2 : k * 97));
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
  if (number == 7) return 7;
  if (number == 8) return 0;
  return number == 0 && (isWide || id - 10 < 10) ? 0 : 5;
}

function expectRoute(isWide: bool): void {
  for (let length: usize = 0; length <= 70; length++) {
    memory.fill(toPacked, 1, 1024);
    translatePacked(route, packed, toPacked, <u32>length);
    translateSplit(route, ids, numbers, toIds, toNumbers, <u32>length);
    for (let k: usize = 0; k < length; k++) {
      const id = load<u32>(ids + 4 * k);
      const number = load<u32>(numbers + 4 * k);
      expect<u32>(load<u32>(toIds + 4 * k)).toBe(wantedId(id, number, isWide));
      expect<u32>(load<u32>(toNumbers + 4 * k)).toBe(wantedNumber(id, number, isWide));
      expect<u32>(load<u32>(toPacked + 8 * k)).toBe(load<u32>(toIds + 4 * k));
      expect<u32>(load<u32>(toPacked + 8 * k + 4)).toBe(load<u32>(toNumbers + 4 * k));
    }
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
    manyExtents(3, 10, 5);
    setRoute(0, 0);
    expectRoute(false);
  });

  it("a wide table is asked for the ids of its number only", () => {
    setIds();
    manyExtents(340, 9, 3);
    setRoute(1, 0);
    store<u32>(route, <u32>rules + 96);
    store<u32>(route, 2, 4);
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
    setRoute(0, 1);
    translateSplit(route, ids, numbers, toIds, toNumbers, 70);
    for (let k: usize = 0; k < 70; k++) {
      const isKnown = load<u32>(numbers + 4 * k) == 0;
      const id = load<u32>(ids + 4 * k);
      expect<u32>(load<u32>(toIds + 4 * k)).toBe(isKnown ? plainly(id) : 65534);
      expect<u32>(load<u32>(toNumbers + 4 * k)).toBe(isKnown ? 0 : 5);
    }
  });

  it("ids whose id half becomes NO_ID are counted, in the tail too", () => {
    setIds();
    manyExtents(340, 9, 3);
    setRoute(1, 0);
    lookUpInRow(9);
    store<u32>(route, <u32>rules + 96);
    store<u32>(route, 2, 4);
    for (let length: usize = 60; length < 70; length++) {
      let wanted: u32 = 0;
      for (let k: usize = 0; k < length; k++)
        wanted += u32(wantedId(load<u32>(ids + 4 * k), load<u32>(numbers + 4 * k), true) == 0xffff_ffff);
      expect<u32>(translateSplit(route, ids, numbers, toIds, 0, <u32>length)).toBe(wanted);
    }
  });
});
