/** The benchmark's rivals and workloads: a rival that is wrong must not be the one we are measured against. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { routeOfKuids } from "../../bench/cases/kuid64-across.ts";
import { routeUp } from "../../bench/cases/kuid64-up.ts";
import { TS_RIVALS } from "../../bench/rivals/ts/index.ts";
import { KUID64_RIVALS } from "../../bench/rivals/ts/kuid64.ts";
import {
  DEFAULT_SEED,
  EXTENT_COUNTS,
  makeIds,
  makeMap,
  makeNumbers,
  makeRoute,
  ORDERS,
  OWN_NUMBER,
  SHAPES,
  type Shape,
} from "../../bench/workloads.ts";
import { flattenRoute, followFlat, mapDown, NO_ID } from "../../src/core/index.ts";

const SIZE = 4003;
const EDGES = [0, 1, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 4_294_967_294, NO_ID];
const shapes = Object.keys(SHAPES).filter((name): name is Shape => name in SHAPES);

function withEdges(ids: Uint32Array): Uint32Array {
  ids.set(EDGES, ids.length - EDGES.length);
  return ids;
}

for (const shape of shapes)
  test(`every TypeScript rival translates as the flat route does: ${shape}`, () => {
    for (const n of EXTENT_COUNTS) {
      const map = makeMap(shape, n, DEFAULT_SEED);
      assert.equal(map.extents.length, n);
      const flat = flattenRoute([{ direction: "down", map, name: "map" }]);
      const table = flat.tables.get(0);
      assert.ok(table);
      for (const rival of TS_RIVALS) {
        if (!rival.load(table, map)) continue;
        for (const order of ORDERS) {
          const ids = withEdges(makeIds(order, map, SIZE, DEFAULT_SEED));
          const to = new Uint32Array(SIZE);
          rival.run(ids, to);
          const expected = ids.map((id) => followFlat(flat, { id, number: 0 }).id);
          assert.deepEqual(to, expected, `${rival.name}, ${n} extents, ${order}`);
        }
      }
    }
  });

test("a rival that serves no workload would be dead weight: each serves at least one", () => {
  for (const rival of TS_RIVALS) {
    const served = EXTENT_COUNTS.some((n) => {
      const map = makeMap("sub", n, DEFAULT_SEED);
      return rival.load(flattenRoute([{ direction: "down", map, name: "map" }]).tables.get(0) ?? [], map);
    });
    assert.ok(served, rival.name);
  }
});

test("one id in five of unmapped20 is not mapped, and every id of the other orders is", () => {
  for (const shape of shapes) {
    const map = makeMap(shape, 16, DEFAULT_SEED);
    for (const order of ORDERS) {
      const unmapped = makeIds(order, map, 10_000, DEFAULT_SEED).filter((id) => mapDown(map, id) === NO_ID).length;
      if (order === "unmapped20") assert.ok(unmapped > 1800 && unmapped < 2200, `${shape}: ${unmapped}`);
      else assert.equal(unmapped, 0, `${shape} ${order}`);
    }
  }
});

test("the same seed gives the same workload, another seed another one", () => {
  const one = makeMap("sub", 16, 1);
  assert.deepEqual(makeMap("sub", 16, 1), one);
  assert.notDeepEqual(makeMap("sub", 16, 2), one);
  assert.deepEqual(makeIds("zipf", one, 100, 1), makeIds("zipf", one, 100, 1));
  assert.notDeepEqual(makeIds("zipf", one, 100, 1), makeIds("zipf", one, 100, 2));
});

/** Routes of 64-bit ids, and the rivals that serve them. */
const ACROSS = { route: (n: number) => routeOfKuids(n, DEFAULT_SEED), n: 1 };
const UP = { route: (n: number) => routeUp(makeMap("sub", n, DEFAULT_SEED)), n: 1 };
const KUID_ROUTES = [
  ["up, 1 extent", UP, "u32 pairs, u32 pairs lin1, u32 pairs few, u32 pairs flat, BigInt, BigInt flat"],
  ["up, 5 extents", { ...UP, n: 5 }, "u32 pairs, u32 pairs flat, BigInt, BigInt flat"],
  ["across two isolated namespaces, 1 extent", ACROSS, "u32 pairs few, u32 pairs flat, BigInt, BigInt flat"],
  [
    "across two isolated namespaces, 5 extents",
    { ...ACROSS, n: 5 },
    "u32 pairs few, u32 pairs flat, BigInt, BigInt flat",
  ],
  ["across two isolated namespaces, 340 extents", { ...ACROSS, n: 340 }, "u32 pairs flat, BigInt, BigInt flat"],
] as const;

for (const [what, { route, n }, rivals] of KUID_ROUTES)
  test(`every TypeScript rival for 64-bit ids translates as the flat route does: ${what}`, () => {
    const map = makeMap("sub", n, DEFAULT_SEED);
    const flat = flattenRoute(route(n));
    const ids = withEdges(makeIds("unmapped20", map, SIZE, DEFAULT_SEED).map((id) => (id + 100_000) >>> 0));
    const numbers = makeNumbers(SIZE, true, DEFAULT_SEED);
    // NO_ID under each sort of number.
    for (const [k, number] of [0, OWN_NUMBER, 9].entries()) {
      ids[k] = NO_ID;
      numbers[k] = number;
    }
    const expected = ids.map((id, k) => followFlat(flat, { id, number: numbers[k] ?? 0 }).id);
    const served = KUID64_RIVALS.filter((rival) => rival.load(flat));
    assert.equal(served.map(({ name }) => name).join(", "), rivals);
    for (const rival of served) {
      const [packed, to, split] = [new Uint32Array(2 * SIZE), new Uint32Array(2 * SIZE), new Uint32Array(SIZE)];
      const [backIds, backNumbers] = [new Uint32Array(SIZE), new Uint32Array(SIZE)];
      rival.pack(ids, numbers, packed);
      rival.unpack(packed, backIds, backNumbers);
      assert.deepEqual([backIds, backNumbers], [ids, numbers], rival.name);
      rival.translate(packed, to);
      assert.deepEqual(
        to.filter((_, k) => k % 2 === 0),
        expected,
        rival.name,
      );
      assert.ok(
        to.every((half, k) => k % 2 === 0 || half === 0),
        rival.name,
      );
      rival.translateSplit(ids, numbers, split);
      assert.deepEqual(split, expected, rival.name);
    }
  });

test("a route of four hops maps every id of the first map through to the end", () => {
  const route = makeRoute(4, 5, DEFAULT_SEED);
  const flat = flattenRoute(route);
  const first = route[0]?.map;
  assert.ok(first);
  for (const id of makeIds("uniform", first, 1000, DEFAULT_SEED))
    assert.notEqual(followFlat(flat, { id, number: 0 }).id, NO_ID);
});
