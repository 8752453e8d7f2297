/** The smallest map that also holds some ids: which line grows, how far, and when none can. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Extent,
  findMapFault,
  IDENTITY,
  type IdMap,
  idMap,
  mapDown,
  NO_ID,
  showExtent,
} from "../../src/core/index.ts";
import { smallestFit } from "../../src/shift/index.ts";
import { SHIFT } from "./shifting.ts";

const lines = (...texts: readonly string[]): IdMap =>
  idMap(
    texts.map((text) => {
      const [first = 0, lowerFirst = 0, count = 0] = text.split(":").map(Number);
      return { first, lowerFirst, count };
    }),
  );

const FITS: readonly (readonly [
  rule: string,
  map: IdMap,
  ids: readonly number[],
  fit: readonly string[] | null,
  reverse?: true,
])[] = [
  ["a map that holds all stays", SHIFT, [0, 65_535], ["0:100000:65536"]],
  ["the line grows to the last id", lines("0:100000:1000"), [65_534, 2000], ["0:100000:65535"]],
  ["the last of two lines grows", lines("0:1000:1", "1:100000:65536"), [70_000], ["0:1000:1", "1:100000:70000"]],
  ["the line before a hole grows", lines("0:100000:10", "20:200000:10"), [12], ["0:100000:13", "20:200000:10"]],
  [
    "the line after a hole, where that is less",
    lines("0:100000:10", "20:200000:10"),
    [18],
    ["0:100000:10", "18:199998:12"],
  ],
  [
    "both, around the widest part of it",
    lines("0:100000:10", "50:200000:10"),
    [12, 45],
    ["0:100000:13", "45:199995:15"],
  ],
  [
    "the line after it, where the other has no room below",
    lines("0:100:10", "20:200:10", "40:112:3"),
    [13],
    ["0:100:10", "13:193:17", "40:112:3"],
  ],
  ["both, in the room between them", lines("0:100:10", "20:115:10"), [10, 18, 19], ["0:100:11", "18:113:12"]],
  ["the first line grows backwards", lines("5:100005:10"), [0], ["0:100000:15"]],
  ["no line can begin below 0", lines("5:2:10"), [0], null],
  ["no line can hold the id that is none", lines("0:0:10"), [4_294_967_295], null],
  ["no line can end above the highest id", SHIFT, [4_294_967_294], null],
  ["lines that would meet below", lines("0:100:10", "20:110:10"), [15], null],
  ["nothing fits where no line is", idMap([]), [0], null],
  ["the identity holds all", IDENTITY, [4_294_967_294], ["0:0:4294967295"]],
  ["in reverse the lower side grows", lines("0:100000:1000"), [165_534], ["0:100000:65535"], true],
];

for (const [rule, map, ids, fit, reverse] of FITS)
  test(`smallest fit: ${rule}`, () => {
    assert.deepEqual(smallestFit(map, ids, reverse)?.extents.map(showExtent) ?? null, fit);
  });

const SEED = Number(process.env.USERNS_SEED ?? 20241124);

const small = fc
  .tuple(fc.nat(7), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }))
  .chain(([first, count, hole, next]) =>
    fc.uniqueArray(fc.nat(11), { minLength: 2, maxLength: 2 }).map(([a = 0, b = 0]): Extent[] => [
      { first, lowerFirst: a, count },
      { first: first + count + hole, lowerFirst: b, count: next },
    ]),
  )
  .filter((extents) => findMapFault(extents) === null);

/** Every way that two lines can grow by up to `most` at each end. */
function* growths(extents: readonly Extent[], most: number): Generator<Extent[]> {
  const [a, b] = extents;
  if (!a || !b) return;
  const ways = [...Array((most + 1) ** 2).keys()].map((k) => [k % (most + 1), Math.floor(k / (most + 1))] as const);
  const grown = ({ first, lowerFirst, count }: Extent, [down, up]: readonly [number, number]) =>
    down > Math.min(first, lowerFirst)
      ? null
      : { first: first - down, lowerFirst: lowerFirst - down, count: count + down + up };
  for (const one of ways.map((way) => grown(a, way)))
    for (const other of ways.map((way) => grown(b, way))) if (one && other) yield [one, other];
}

const sizeOf = (extents: readonly Extent[]) => extents.reduce((sum, { count }) => sum + count, 0);

test("smallest fit: of two lines, no other growth is smaller, and none is where it finds none", () => {
  fc.assert(
    fc.property(small, fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }), (extents, ids) => {
      const map = idMap(extents);
      const fit = smallestFit(map, ids);
      const holding = [...growths(extents, 12)].filter(
        (grown) => findMapFault(grown) === null && ids.every((id) => mapDown(idMap(grown), id) !== NO_ID),
      );
      assert.equal(fit === null, holding.length === 0);
      if (!fit) return;
      assert.equal(sizeOf(fit.extents), Math.min(...holding.map(sizeOf)));
      for (let id = 0; id < 30; id++) if (mapDown(map, id) !== NO_ID) assert.equal(mapDown(fit, id), mapDown(map, id));
      for (const id of ids) assert.notEqual(mapDown(fit, id), NO_ID);
    }),
    { seed: SEED, numRuns: 40 },
  );
});
