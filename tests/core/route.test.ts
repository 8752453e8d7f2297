import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as core from "../../src/core/index.ts";
import { type Hop, IDENTITY, idMap, NO_ID } from "../../src/core/index.ts";
import { edgesOf, routes } from "./arbitraries.ts";

const container = idMap([{ first: 0, lowerFirst: 100000, count: 65536 }]);

test("a route walked step by step and its flat form give the same answer, whatever the id and its number", () => {
  fc.assert(
    fc.property(routes, (route) => {
      const flat = core.flattenRoute(route);
      const placed = route[0]?.direction === "down" ? [0] : [0, 1, 2, 3, 4, 5, 4026531837];
      for (const number of placed)
        for (const id of edgesOf(route)) {
          const from = { id, number };
          assert.deepEqual(core.followFlat(flat, from), core.follow(route, from), `${id}@${number}`);
        }
    }),
    { numRuns: 300 },
  );
});

test("a flat table covers every id, in order, and no two neighbours are alike", () => {
  fc.assert(
    fc.property(routes, (route) => {
      for (const table of core.flattenRoute(route).tables.values()) {
        assert.equal(table[0]?.first, 0);
        for (const [index, segment] of table.entries()) {
          const next = table[index + 1];
          if (!next) continue;
          assert.ok(next.first > segment.first);
          assert.notDeepEqual({ ...next, first: 0 }, { ...segment, first: 0 });
        }
      }
    }),
  );
});

test("a route of many lines flattens to more segments than Linux takes lines", () => {
  const lines = (size: number) =>
    idMap(
      Array.from({ length: 340 }, (_, i) => ({ first: i * size, lowerFirst: ((i * 7) % 340) * size, count: size })),
    );
  const hops = [1000, 900, 1100, 700].map(
    (size, index): Hop => ({ direction: index % 2 ? "up" : "down", map: lines(size), name: `map ${index}` }),
  );
  const table = core.flattenRoute(hops).tables.get(0);
  assert.ok(table && table.length > 340, `${table?.length}`);
});

test("a step names the line that was used, or why there is none", () => {
  const creators = new Map([[7, 1000]]);
  const shown = { overflow: 65534, creators };
  const up: Hop = { direction: "up", map: container, name: "uid_map", number: 9, shown, bare: [6] };
  const reasons = [
    [{ id: 101000, number: 0 }, "line", 1000, 1],
    [{ id: 5, number: 0 }, "overflow", 65534, null],
    [{ id: 5, number: 9 }, "own", 5, null],
    [{ id: 101000, number: 6 }, "bare", 1000, 1],
    [{ id: 5, number: 6 }, "overflow", 65534, null],
    [{ id: 5, number: 7 }, "creator", 1000, null],
    [{ id: 5, number: 8 }, "overflow", 65534, null],
  ] as const;
  for (const [from, reason, id, line] of reasons) {
    const step = core.stepThrough(up, from);
    assert.deepEqual([step.reason, step.to.id, step.line], [reason, id, line]);
  }
});

test("an isolated namespace keeps the ids that its map does not hold, tagged; the map wins", () => {
  const down: Hop = {
    direction: "down",
    map: idMap([{ first: 10, lowerFirst: 1000, count: 1 }]),
    name: "uid_map",
    number: 2,
  };
  assert.deepEqual(core.follow([down], { id: 10, number: 0 }), { id: 1000, number: 0 });
  assert.deepEqual(core.follow([down], { id: 100000, number: 0 }), { id: 100000, number: 2 });
  assert.deepEqual(core.follow([down], { id: NO_ID, number: 0 }), { id: NO_ID, number: 0 });
});

test("an empty route leaves an id where it is", () => {
  assert.deepEqual(core.follow([], { id: 5, number: 3 }), { id: 5, number: 3 });
  assert.deepEqual(core.followFlat(core.flattenRoute([]), { id: 5, number: 0 }), { id: 5, number: 0 });
});

test("the identity map keeps every id but 4294967295", () => {
  const flat = core.flattenRoute([{ direction: "down", map: IDENTITY, name: "init" }]);
  for (const id of [0, 1, 65534, 4294967294, NO_ID]) assert.equal(core.followFlat(flat, { id, number: 0 }).id, id);
});
