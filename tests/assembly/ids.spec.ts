import { listBytes } from "../../assembly/scattered";
import { translateBySearch } from "../../assembly/segment";
import { translateByBlocks, translateVertical } from "../../assembly/stretches";
import {
  addExtent,
  addHole,
  addSegment,
  begin,
  bySearch,
  crowdedBlocks,
  differences,
  edgeIds,
  finish,
  fiveExtents,
  from,
  linkList,
  linkRoot,
  linkRow,
  manyExtents,
  noIds,
  plainly,
  rowIds,
  table,
  to,
} from "./table";

function expectKernels(length: u32, isVertical: bool): void {
  edgeIds(length);
  expect<u32>(translateBySearch(table, from, to, length)).toBe(noIds(length), "by search: unmapped");
  expect<u32>(differences(length)).toBe(0, "by search");
  expect<u32>(translateByBlocks(table, from, to, length)).toBe(noIds(length), "by blocks: unmapped");
  expect<u32>(differences(length)).toBe(0, "by blocks");
  if (!isVertical) return;
  expect<u32>(translateVertical(table, from, to, length)).toBe(noIds(length), "vertical: unmapped");
  expect<u32>(differences(length)).toBe(0, "vertical");
}

function expectAtLengths(isVertical: bool): void {
  for (let length: u32 = 0; length <= 70; length++) expectKernels(length, isVertical);
  expectKernels(1024, isVertical);
  expectKernels(4096, isVertical);
}

function expectRows(isVertical: bool): void {
  linkRoot();
  for (let run: u32 = 30; run <= 420; run += 130) {
    rowIds(4096, run);
    expect<u32>(translateByBlocks(table, from, to, 4096)).toBe(noIds(4096), "by blocks: unmapped");
    expect<u32>(differences(4096)).toBe(0, "by blocks");
    if (!isVertical) continue;
    expect<u32>(translateVertical(table, from, to, 4096)).toBe(noIds(4096), "vertical: unmapped");
    expect<u32>(differences(4096)).toBe(0, "vertical");
  }
}

/** By rows of large and of small blocks, by a root, and by the list, where the table has them. */
function expectAtEveryLength(isVertical: bool): void {
  if (linkRow(9)) expectAtLengths(isVertical);
  if (linkRow(4)) expectAtLengths(isVertical);
  linkRoot();
  expectAtLengths(isVertical);
  if (!linkList()) return;
  for (let length: u32 = 0; length <= 70; length++) expectKernels(length, false);
  expectKernels(4096, false);
}

describe("the list of what each id becomes", () => {
  it("is there where the last segment is pinned, with one entry for it", () => {
    begin(0xffff_ffff);
    addExtent(0, 100, 7);
    addHole(7);
    finish();
    expect<u32>(listBytes(table)).toBe(4 * (7 + 1));
  });

  it("begins where the first segment ends when that gives what the last one gives", () => {
    manyExtents(20, 7, 3);
    expect<u32>(listBytes(table)).toBe(4 * (20 * 10 - 3 + 1));
  });

  it("begins at 0 where the first segment is pinned to something else", () => {
    begin(0xffff_ffff);
    addSegment(0, 0xffff_ffff, 6, 0);
    addExtent(30, 100, 7);
    addHole(37);
    finish();
    expect<u32>(listBytes(table)).toBe(4 * (37 + 1));
  });

  it("is not there where the last segment shifts", () => {
    begin(0xffff_ffff);
    addHole(0);
    addExtent(5, 100, 0xffff_fffa);
    finish();
    expect<u32>(listBytes(table)).toBe(0);
  });
});

describe("segments", () => {
  it("the search finds the segment of 0, of every edge and of the highest ids", () => {
    fiveExtents(0xffff_ffff);
    expect<u32>(bySearch(0)).toBe(500);
    expect<u32>(bySearch(1)).toBe(0xffff_ffff);
    expect<u32>(bySearch(14)).toBe(7004);
    expect<u32>(bySearch(15)).toBe(90);
    expect<u32>(bySearch(134999)).toBe((1 << 20) + 69999);
    expect<u32>(bySearch(4294967294)).toBe((1 << 24) + 294);
    expect<u32>(bySearch(4294967295)).toBe(0xffff_ffff);
  });

  it("a table of one segment holds every id", () => {
    begin(0xffff_ffff);
    addHole(0);
    finish();
    expect<u32>(bySearch(0)).toBe(0xffff_ffff);
    expect<u32>(bySearch(0xffff_ffff)).toBe(0xffff_ffff);
  });

  it("the plain reading that the kernels are held against knows a line from a hole", () => {
    fiveExtents(65534);
    expect<u32>(plainly(12)).toBe(7002);
    expect<u32>(plainly(9)).toBe(65534);
  });
});

describe("kernels of 32-bit ids agree with the plain reading of the segments", () => {
  it("one extent", () => {
    begin(0xffff_ffff);
    addExtent(0, 100000, 65536);
    addHole(65536);
    finish();
    expectAtEveryLength(true);
  });

  it("two extents", () => {
    begin(0xffff_ffff);
    addExtent(0, 1000, 1);
    addExtent(1, 100000, 65536);
    addHole(65537);
    finish();
    expectAtEveryLength(true);
  });

  it("five extents, holes not mapped", () => {
    fiveExtents(0xffff_ffff);
    expectAtEveryLength(true);
  });

  it("five extents, holes shown as the overflow id", () => {
    fiveExtents(65534);
    expectAtEveryLength(true);
  });

  it("no extent", () => {
    begin(0xffff_ffff);
    addHole(0);
    finish();
    expectAtEveryLength(true);
  });

  it("splinters within few pages", () => {
    manyExtents(340, 90, 5);
    expectAtEveryLength(false);
    manyExtents(340, 90, 5, 0xff00_0000);
    expectAtEveryLength(false);
  });

  it("extents of a page and more", () => {
    manyExtents(200, 70001, 11);
    expectAtEveryLength(false);
  });

  it("single ids that crowd their blocks, below an extent far above", () => {
    crowdedBlocks(1);
    expectAtEveryLength(false);
    crowdedBlocks(7);
    expectAtEveryLength(false);
    crowdedBlocks(390);
    expectAtEveryLength(false);
  });

  it("extents that end where pages and blocks do", () => {
    manyExtents(100, 65280, 256);
    expectAtEveryLength(false);
  });

  it("rows of ids that are mapped, that are not, and that change within a block", () => {
    fiveExtents(0xffff_ffff);
    expectRows(true);
    fiveExtents(65534);
    expectRows(true);
    manyExtents(200, 701, 110);
    expectRows(false);
  });

  it("rows in an extent that moves one of its ids to 4294967295", () => {
    begin(0xffff_ffff);
    addHole(0);
    addExtent(1000, 4294967200, 96);
    addHole(1096);
    finish();
    expectRows(false);
  });

  it("in place", () => {
    fiveExtents(0xffff_ffff);
    linkRoot();
    edgeIds(100);
    translateVertical(table, from, to, 100);
    translateByBlocks(table, from, from, 100);
    for (let k = 0; k < 100; k++) expect<u32>(load<u32>(from + 4 * k)).toBe(load<u32>(to + 4 * k));
  });

  it("nothing is written beyond the last id", () => {
    fiveExtents(0xffff_ffff);
    linkRoot();
    for (let length: u32 = 0; length < 70; length++) {
      edgeIds(80);
      store<u32>(to + 4 * length, 77);
      translateVertical(table, from, to, length);
      translateByBlocks(table, from, to, length);
      translateBySearch(table, from, to, length);
      expect<u32>(load<u32>(to + 4 * length)).toBe(77);
    }
  });
});
