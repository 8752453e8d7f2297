/** What an engine makes of routes and ids, against the plain reading of the route. Each check throws at the first difference. */
import assert from "node:assert/strict";
import {
  type Engine,
  type FlatRoute,
  flattenRoute,
  followFlat,
  type Hop,
  idMap,
  NO_ID,
  type PlacedId,
  type Route,
} from "../../src/core/index.ts";

/** Ids after which an engine has built the tables that it builds only for many. */
const MANY = 20_000;

/** Are the tables for many ids built before the check? */
export type Use = "few" | "many";

export interface Sample {
  readonly ids: Uint32Array;
  readonly numbers: Uint32Array;
}

interface Expected extends Sample {
  readonly unmapped: number;
}

function expected(flat: FlatRoute, { ids, numbers }: Sample): Expected {
  const placed = Array.from(ids, (id, k): PlacedId => followFlat(flat, { id, number: numbers[k] ?? 0 }));
  return {
    ids: Uint32Array.from(placed, ({ id }) => id),
    numbers: Uint32Array.from(placed, ({ number }) => number),
    unmapped: placed.filter(({ id }) => id === NO_ID).length,
  };
}

const zeros = (length: number): Uint32Array => new Uint32Array(length);

/** Ids of number 0, one by one and in bulk: from arrays and columns, in place and not. */
export function checkIds(engine: Engine, flat: FlatRoute, ids: Uint32Array, use: Use): void {
  const translator = engine.load(flat);
  if (use === "many") translator.ids(zeros(MANY));
  const want = expected(flat, { ids, numbers: zeros(ids.length) });
  const name = `${engine.name}, ${use}, ${ids.length} ids`;
  const same = (to: Uint32Array, unmapped: number, how: string) => {
    assert.deepEqual(to, want.ids, `${name}: ${how}`);
    assert.equal(unmapped, want.unmapped, `${name}: ${how}, unmapped`);
  };
  const to = zeros(ids.length);
  same(to, translator.ids(ids, to), "arrays");
  const own = ids.slice();
  same(own, translator.ids(own), "an array in place");
  const [from, column] = [engine.alloc(ids.length), engine.alloc(ids.length)];
  from.view().set(ids);
  const counted = translator.ids(from, column);
  same(column.view(), counted, "columns");
  assert.deepEqual(from.view(), ids, `${name}: what is read stays`);
  const intoArray = zeros(ids.length);
  same(intoArray, translator.ids(from, intoArray), "a column into an array");
  same(from.view(), translator.ids(from), "a column in place");
  for (const [k, id] of ids.entries()) assert.equal(translator.one(id), want.ids[k], `${name}: one ${id}`);
  for (const used of [from, column, translator]) used.free();
}

/** 64-bit ids, one by one and in bulk: packed and split, from arrays and columns, in place and not. */
export function checkKuids(engine: Engine, flat: FlatRoute, sample: Sample, use: Use): void {
  const { ids, numbers } = sample;
  const translator = engine.load(flat);
  if (use === "many") translator.packed(zeros(2 * MANY));
  const want = expected(flat, sample);
  const size = ids.length;
  const name = `${engine.name}, ${use}, ${size} kuids`;
  const same = (toIds: Uint32Array, toNumbers: Uint32Array, unmapped: number, how: string) => {
    assert.deepEqual(toIds, want.ids, `${name}: ${how}`);
    assert.deepEqual(toNumbers, want.numbers, `${name}: ${how}, numbers`);
    assert.equal(unmapped, want.unmapped, `${name}: ${how}, unmapped`);
  };
  const samePacked = (packed: Uint32Array, unmapped: number, how: string) => {
    const [a, b] = [zeros(size), zeros(size)];
    engine.unpack(packed, a, b);
    same(a, b, unmapped, how);
  };
  const packed = zeros(2 * size);
  engine.pack(ids, numbers, packed);
  assert.deepEqual(
    packed,
    Uint32Array.from({ length: 2 * size }, (_, k) => (k % 2 === 0 ? ids : numbers)[k >> 1] ?? 0),
    `${name}: pack`,
  );
  const toPacked = zeros(2 * size);
  samePacked(toPacked, translator.packed(packed, toPacked), "packed arrays");
  const [from, to] = [engine.alloc(2 * size), engine.alloc(2 * size)];
  from.view().set(packed);
  const counted = translator.packed(from, to);
  samePacked(to.view(), counted, "packed columns");
  const inPlace = translator.packed(from);
  samePacked(from.view(), inPlace, "a packed column in place");
  const [a, b] = [zeros(size), zeros(size)];
  same(a, b, translator.split(ids, numbers, a, b), "split arrays");
  const [ownIds, ownNumbers] = [ids.slice(), numbers.slice()];
  same(ownIds, ownNumbers, translator.split(ownIds, ownNumbers, ownIds, ownNumbers), "split arrays in place");
  const columns = [ids, numbers, ids, numbers].map((words) => {
    const column = engine.alloc(size);
    column.view().set(words);
    return column;
  });
  const [c, d, e, f] = columns;
  assert.ok(c && d && e && f);
  engine.unpack(packed, c, d);
  const unmapped = translator.split(c, d, e, f);
  same(e.view(), f.view(), unmapped, "split columns");
  if (want.numbers.every((number) => number === 0) && !givesNumbers(flat)) {
    const left = translator.split(c, d, e);
    same(e.view(), want.numbers, left, "split columns without numbers");
    assert.deepEqual(d.view(), numbers, `${name}: numbers that are not asked for are not written`);
  }
  for (const [k, id] of ids.entries()) {
    const place = { id: want.ids[k], number: want.numbers[k] };
    assert.deepEqual(translator.place(id, numbers[k] ?? 0), place, `${name}: ${id}@${numbers[k]}`);
  }
  for (const used of [from, to, ...columns, translator]) used.free();
}

export function givesNumbers({ tables, other }: FlatRoute): boolean {
  return other.number !== 0 || [...tables.values()].some((table) => table.some(({ number }) => number !== 0));
}

/** A map of `n` extents of `size` ids, every one with a hole of `gap` ids before it, and shuffled below. */
export function evenMap(n: number, size: number, gap: number) {
  const lower = (k: number) => 100_000 + ((k * 7) % n) * size;
  const extents = Array.from({ length: n }, (_, k) => ({
    first: k * (size + gap) + gap,
    lowerFirst: lower(k),
    count: size,
  }));
  return idMap(n % 7 === 0 ? extents.map((extent, k) => ({ ...extent, lowerFirst: 100_000 + k * size })) : extents);
}

const down = (map: Hop["map"], number = 0): Hop => ({ direction: "down", map, name: "uid_map", number });
const up = (map: Hop["map"], number = 0, creators: readonly (readonly [number, number])[] = []): Hop => ({
  direction: "up",
  map,
  name: "uid_map",
  number,
  shown: { overflow: 65534, creators: new Map(creators) },
});

/** Routes that take every way through an engine: each kernel, each kind of hole, one number, several and many. */
export const ROUTES: Readonly<Record<string, Route>> = {
  "an empty route": [],
  "a map that is not written": [down(idMap([]))],
  "every id but the last": [down(idMap([{ first: 0, lowerFirst: 0, count: NO_ID }]))],
  "one extent": [down(evenMap(1, 65_536, 0))],
  "one extent in the middle": [down(evenMap(1, 65_536, 1000))],
  "two extents": [down(evenMap(2, 1000, 24))],
  "five extents": [down(evenMap(5, 1000, 24))],
  "twelve extents": [down(evenMap(12, 700, 3))],
  "thirteen extents": [down(evenMap(13, 700, 3))],
  "340 extents": [down(evenMap(340, 90, 5))],
  "340 wide extents": [down(evenMap(340, 65_536, 17))],
  "340 extents spread over all ids": [down(evenMap(340, 1000, 12_000_000))],
  "single ids that crowd their blocks": [down(crowdedMap(300, 20_000_000))],
  "single ids that crowd their blocks, and one far above": [down(crowdedMap(300, 3_000_000_000))],
  "extents up to the highest id": [down(idMap([{ first: 4294967000, lowerFirst: 5, count: 295 }]))],
  "holes shown as the overflow id": [up(evenMap(3, 1000, 0))],
  "many holes shown as the overflow id": [up(evenMap(60, 100, 0))],
  "extents that move ids down by one": [
    down(
      idMap([
        { first: 1, lowerFirst: 0, count: 9 },
        { first: 20, lowerFirst: 19, count: 9 },
        { first: 40, lowerFirst: 90, count: 9 },
      ]),
    ),
  ],
  "an isolated namespace, seen from above": [down(evenMap(3, 1000, 24), 7)],
  "an isolated namespace of many extents": [down(evenMap(60, 100, 24), 7)],
  "own ids and creators": [
    up(evenMap(4, 1000, 0), 7, [
      [8, 1000],
      [9, 4294967294],
    ]),
  ],
  "own ids, creators and many extents": [
    up(evenMap(90, 500, 0), 7, [
      [8, 1000],
      [9, 0],
    ]),
  ],
  "more creators than rules": [
    up(
      evenMap(90, 500, 0),
      7,
      Array.from({ length: 60 }, (_, k) => [8 + k, 500 + k]),
    ),
  ],
  "ids of other namespaces by their id halves": [{ ...up(evenMap(6, 800, 3), 7, [[8, 1000]]), bare: [3, 8, 9] }],
  "kernel ids seen by one isolated namespace, then by another": [
    up(evenMap(40, 500, 0), 7),
    down(evenMap(40, 500, 0), 7),
    up(evenMap(50, 400, 9), 9, [[7, 100_500]]),
  ],
  "kernel ids spread over all there are, seen by one isolated namespace, then by another": [
    up(evenMap(20, 500, 100_000_000), 7),
    down(evenMap(20, 500, 100_000_000), 7),
    up(evenMap(30, 400, 0), 9, [[7, 100_500]]),
  ],
  "kernel ids of few lines, seen by three isolated namespaces in turn": [
    up(evenMap(3, 500, 5), 7),
    down(evenMap(3, 500, 5), 7),
    up(evenMap(4, 400, 0), 8),
    down(evenMap(4, 400, 0), 8),
    up(evenMap(5, 300, 0), 9, [[8, 3]]),
  ],
  "out of one isolated namespace into another": [down(evenMap(20, 500, 9), 3), up(evenMap(25, 400, 0), 4)],
};

/** `n` extents of one id with holes of one between them, and an extent at `far`. */
function crowdedMap(n: number, far: number) {
  const { extents } = evenMap(n, 1, 1);
  return idMap([...extents, { first: far, lowerFirst: 50_000_000, count: 5000 }]);
}

/** Ids about the edges of a route's ranges, then in runs, then scattered: `length` of them. */
export function idsAbout(route: Route, length: number): Uint32Array {
  const edges = [0, 1, NO_ID, NO_ID - 1, NO_ID - 2, 65_535, 65_536];
  for (const { map } of route)
    for (const { first, lowerFirst, count } of map.extents)
      for (const start of [first, lowerFirst]) edges.push(start - 1, start, start + count - 1, start + count);
  const at = (k: number): number => edges[k % edges.length] ?? 0;
  return Uint32Array.from({ length }, (_, k) => {
    if (k % 400 < 200) return at(k * 31 + (k >> 9));
    return k % 400 < 300 ? at(k >> 7) : Math.imul(k, 2_654_435_761) % 40_000;
  });
}

const NUMBERS = [0, 0, 7, 0, 8, 9, 3, 4, 67, 4026531837];

/** Numbers in a mixture, and then in rows. */
export function numbersFor(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, k) => NUMBERS[k % 1000 < 500 ? (k * 13) % 10 : (k >> 6) % 10] ?? 0);
}

/** Both checks of one route, with as many ids. */
export function checkRoute(engine: Engine, route: Route, length: number, use: Use): void {
  const flat = flattenRoute(route);
  const ids = idsAbout(route, length);
  checkIds(engine, flat, ids, use);
  checkKuids(engine, flat, { ids, numbers: numbersFor(length) }, use);
}
