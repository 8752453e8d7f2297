import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as core from "../../src/core/index.ts";
import { type Extent, type IdMap, MAX_ID, NO_ID, UsernsError } from "../../src/core/index.ts";
import { edgesOf, maps } from "./arbitraries.ts";

const extent = (first: number, lowerFirst: number, count: number): Extent => ({ first, lowerFirst, count });

/** The kernel document's way to look an id up: walk the lines. */
function naiveDown(map: IdMap, id: number): number {
  for (const line of map.extents)
    if (id >= line.first && id < line.first + line.count) return line.lowerFirst + (id - line.first);
  return NO_ID;
}

const FAULTS: readonly (readonly [title: string, extents: readonly Extent[], code: string, where: string])[] = [
  ["a count of 0", [extent(0, 0, 0)], "ERR_EXTENT_EMPTY", "uid_map:1"],
  ["a negative count", [extent(0, 0, -1)], "ERR_EXTENT_EMPTY", "uid_map:1"],
  ["an inside range that reaches 4294967295", [extent(MAX_ID, 0, 2)], "ERR_EXTENT_WRAP", "uid_map:1"],
  ["a lower range that reaches 4294967295", [extent(0, 0, 1), extent(1, MAX_ID, 2)], "ERR_EXTENT_WRAP", "uid_map:2"],
  ["a range of 2³² ids", [extent(0, 0, 2 ** 32)], "ERR_EXTENT_WRAP", "uid_map:1"],
  ["an inside id below 0", [extent(-1, 0, 1)], "ERR_EXTENT_WRAP", "uid_map:1"],
  ["a lower id below 0", [extent(0, -5, 9)], "ERR_EXTENT_WRAP", "uid_map:1"],
  ["half an id", [extent(0.5, 0, 1)], "ERR_EXTENT_WRAP", "uid_map:1"],
  ["a count of half an id", [extent(0, 0, 1.5)], "ERR_EXTENT_WRAP", "uid_map:1"],
  ["two single equal inside ids", [extent(5, 1, 1), extent(5, 2, 1)], "ERR_EXTENT_OVERLAP", "uid_map:2"],
  [
    "a single id on the last id of a range",
    [extent(0, 100000, 65536), extent(65535, 200000, 10)],
    "ERR_EXTENT_OVERLAP",
    "uid_map:2",
  ],
  ["a shared lower id", [extent(0, 222586300, 1), extent(1, 524288, 1073741824)], "ERR_EXTENT_OVERLAP", "uid_map:2"],
  ["a range within another, written first", [extent(10, 0, 1), extent(0, 100, 100)], "ERR_EXTENT_OVERLAP", "uid_map:2"],
];

for (const [title, extents, code, where] of FAULTS)
  test(`${title} is not an id map`, () => {
    assert.throws(
      () => core.idMap(extents, { where: "uid_map" }),
      (error) => error instanceof UsernsError && error.code === code && error.where === where,
    );
  });

test("adjacent ranges do not overlap, at the top of the number space too", () => {
  core.idMap([
    extent(0, 0, 65536),
    extent(65536, 65536, 65536),
    extent(MAX_ID, MAX_ID, 1),
    extent(131072, 131072, MAX_ID - 131072),
  ]);
});

test("an overlap names both lines and the first shared id", () => {
  assert.throws(() => core.idMap([extent(0, 100000, 65536), extent(65535, 200000, 10)], { where: "uid_map" }), {
    message:
      "uid_map:2: expected ranges that do not overlap (got 65535:200000:10, which shares inside id 65535 with line 1, 0:100000:65536)",
  });
});

test("lines that overlap are in the error, for whoever shows them", () => {
  const lines = [extent(0, 100000, 65536), extent(65535, 200000, 10)];
  assert.throws(
    () => core.idMap(lines),
    (error) => error instanceof core.OverlapError && error.extents === lines,
  );
});

test("340 lines are taken and 341 refused where the limit of Linux is asked for", () => {
  const lines = (n: number) => Array.from({ length: n }, (_, i) => extent(i * 2, i * 2, 1));
  core.idMap(lines(340), { maxLines: core.MAX_MAP_LINES });
  assert.throws(() => core.idMap(lines(341), { maxLines: core.MAX_MAP_LINES }), { code: "ERR_MAP_LINES" });
  assert.equal(core.idMap(lines(5000)).extents.length, 5000);
});

test("a number that is no id is not mapped, in either direction: 2³² is not taken for root", () => {
  const map = core.idMap([extent(0, 0, 1000)]);
  for (const id of [2 ** 32, -1, 0.5, Number.NaN, -(2 ** 32)])
    assert.deepEqual([core.mapDown(map, id), core.mapUp(map, id)], [NO_ID, NO_ID], String(id));
});

test("down and up agree with a walk over the lines, at every edge", () => {
  fc.assert(
    fc.property(maps, (map) => {
      const inverse = core.invert(map);
      for (const id of edgesOf([{ direction: "down", map, name: "map" }])) {
        assert.equal(core.mapDown(map, id), naiveDown(map, id), `down ${id}`);
        assert.equal(core.mapUp(map, id), naiveDown(inverse, id), `up ${id}`);
      }
    }),
  );
});

test("up undoes down for every id that is mapped", () => {
  fc.assert(
    fc.property(maps, fc.integer({ min: 0, max: NO_ID }), (map, id) => {
      const k: number = core.mapDown(map, id);
      if (k !== NO_ID) assert.equal(core.mapUp(map, k), id);
    }),
  );
});

test("the line of an id is the one that holds it, counted as written", () => {
  const map = core.idMap([extent(10, 500, 5), extent(0, 100, 5)]);
  assert.equal(core.lineOf(map, 3, "inside"), 2);
  assert.equal(core.lineOf(map, 504, "lower"), 1);
  assert.equal(core.lineOf(map, 505, "lower"), null);
});

test("compose is down through both", () => {
  fc.assert(
    fc.property(maps, maps, (inner, outer) => {
      const flat = core.compose(inner, outer);
      for (const id of edgesOf([inner, outer, flat].map((map) => ({ direction: "down", map, name: "map" })))) {
        const between: number = core.mapDown(inner, id);
        assert.equal(core.mapDown(flat, id), core.mapDown(outer, between), `${id}`);
      }
    }),
  );
});

test("what an override takes is its own, and every other id keeps its answer or loses it", () => {
  fc.assert(
    fc.property(
      maps,
      fc.nat(300_000),
      fc.nat(300_000),
      fc.integer({ min: 1, max: 70_000 }),
      (map, first, lowerFirst, count) => {
        const added = extent(first, lowerFirst, count);
        const laid = core.override(map, added);
        for (const id of edgesOf([map, laid].map((each) => ({ direction: "down", map: each, name: "map" })))) {
          const old: number = core.mapDown(map, id);
          const isTaken = core.contains(core.lowerOf(added), old);
          const expected = core.contains(added, id) ? lowerFirst + (id - first) : isTaken ? NO_ID : old;
          assert.equal(core.mapDown(laid, id), expected, `${id}`);
        }
      },
    ),
  );
});

test("agreement and difference share out a map", () => {
  fc.assert(
    fc.property(maps, maps, (a, b) => {
      const same = core.agreement(a, b);
      const only = core.difference(a, b);
      for (const id of edgesOf([a, b, same, only].map((map) => ({ direction: "down", map, name: "map" })))) {
        const [k, other]: number[] = [core.mapDown(a, id), core.mapDown(b, id)];
        assert.equal(core.mapDown(same, id), k === other ? k : NO_ID, `same ${id}`);
        assert.equal(core.mapDown(only, id), k === other ? NO_ID : k, `only ${id}`);
      }
    }),
  );
});

test("restrict and exclude share out a map by its inside ids", () => {
  fc.assert(
    fc.property(maps, maps, (map, other) => {
      const ids = core.insideOf(other);
      const [kept, rest] = [core.restrict(map, ids), core.exclude(map, ids)];
      for (const id of edgesOf([map, other].map((each) => ({ direction: "down", map: each, name: "map" })))) {
        const isIn = ids.some((range) => core.contains(range, id));
        assert.equal(core.mapDown(kept, id), isIn ? core.mapDown(map, id) : NO_ID);
        assert.equal(core.mapDown(rest, id), isIn ? NO_ID : core.mapDown(map, id));
      }
    }),
  );
});

test("a map is the same as itself merged, and not as itself with one id moved", () => {
  const map = core.idMap([extent(5, 105, 5), extent(0, 100, 5)]);
  assert.ok(core.isSameMap(map, core.merge(map)));
  assert.ok(!core.isSameMap(map, core.idMap([extent(0, 100, 9)])));
  assert.ok(!core.isSameMap(map, core.idMap([extent(0, 101, 10)])));
});

test("the ids of a set that a map does not hold are found", () => {
  const map = core.idMap([extent(0, 1000, 1), extent(1, 100000, 65536)]);
  assert.deepEqual(core.outsideOf(map, core.idSetOf([0, 42, 65536, 65537, 301071])), [
    { first: 65537, count: 1 },
    { first: 301071, count: 1 },
  ]);
});
