import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type IdSet,
  idMap,
  idSet,
  insideOf,
  lowerSetOf,
  outsideOf,
  showExtent,
  sizeOf,
  subtract,
} from "../../src/core/index.ts";
import { bytesOf, type FitRequest, fitMap } from "../../src/policy/index.ts";

const ids = (...values: readonly number[]): IdSet => idSet(values.map((first) => ({ first, count: 1 })));
const NONE = idMap<"uid">([]);
const POOL = [{ first: 100_000, count: 65_536 }];

const shown = (request: Partial<FitRequest<"uid">>) => {
  const fit = fitMap({ wanted: [], available: POOL, kept: NONE, mostLines: 340, ...request });
  return fit.ok ? fit.map.extents.map(showExtent).join(",") : `${fit.lacks}: ${fit.needed} of ${fit.got}`;
};

const ROWS: readonly (readonly [rule: string, request: Partial<FitRequest<"uid">>, expected: string])[] = [
  ["nothing wanted needs no line", {}, ""],
  ["each run of ids is a line where lines are at hand", { wanted: ids(0, 1, 33) }, "0:100000:2,33:100002:1"],
  ["with fewer lines the smallest gap is filled", { wanted: ids(0, 5, 100), mostLines: 2 }, "0:100000:6,100:100006:1"],
  ["with one line all gaps are", { wanted: ids(3, 65_534), mostLines: 1 }, "3:100000:65532"],
  [
    "a line that has to be there is kept, and counts",
    { wanted: ids(0, 1, 9), kept: idMap([{ first: 0, lowerFirst: 1000, count: 1 }]), mostLines: 2 },
    "0:1000:1,1:100000:9",
  ],
  [
    "a gap is not filled over a line that is kept",
    { wanted: ids(0, 2), kept: idMap([{ first: 1, lowerFirst: 1000, count: 1 }]), mostLines: 3 },
    "0:100000:1,1:1000:1,2:100001:1",
  ],
  [
    "ids outside that a kept line has are not given again",
    { wanted: ids(0, 1), kept: idMap([{ first: 0, lowerFirst: 100_000, count: 1 }]) },
    "0:100000:1,1:100001:1",
  ],
  [
    "a run outside that ends is a line more",
    {
      wanted: ids(0, 1, 2),
      available: [
        { first: 7, count: 2 },
        { first: 20, count: 5 },
      ],
    },
    "0:7:2,2:20:1",
  ],
  [
    "too few ids are told with how many are needed",
    { wanted: ids(0, 1, 2), available: [{ first: 7, count: 2 }] },
    "ids: 3 of 2",
  ],
  [
    "too few lines, where ids to fill the gaps are lacking",
    { wanted: ids(0, 90), available: [{ first: 7, count: 20 }], mostLines: 1 },
    "lines: 2 of 1",
  ],
  [
    "too few lines, where those outside are in pieces",
    { wanted: ids(0, 1), available: ids(7, 9), mostLines: 1 },
    "lines: 2 of 1",
  ],
  [
    "a map is less than a page of text: where ids to fill the gaps are lacking, bytes are",
    {
      wanted: ids(...Array.from({ length: 300 }, (_, n) => 1_000_000 + 2000 * n)),
      available: [{ first: 1_000_000, count: 2000 }],
    },
    "bytes: 5400 of 4095",
  ],
];

for (const [rule, request, expected] of ROWS) test(`fit: ${rule}`, () => assert.equal(shown(request), expected));

test("fit: where lines are too many bytes for a page, gaps are filled until they are not", () => {
  const wanted = ids(...Array.from({ length: 300 }, (_, n) => 1_000_000 + 2000 * n));
  const fit = fitMap({ wanted, available: [{ first: 1_000_000, count: 1_000_000 }], kept: NONE, mostLines: 340 });
  assert.ok(fit.ok);
  assert.ok(bytesOf(fit.map.extents) < 4096);
  assert.deepEqual(outsideOf(fit.map, wanted), []);
});

test("fit: every other id of 65536 is answered at once", () => {
  const wanted = ids(...Array.from({ length: 32_768 }, (_, n) => 2 * n));
  assert.equal(shown({ wanted, available: [{ first: 0, count: 40_000 }] }), "lines: 25536 of 340");
});

test("fit: every wanted id is held, no id outside is used that may not be, and the limit of lines is kept", () => {
  const set = fc
    .array(fc.record({ first: fc.nat(300), count: fc.integer({ min: 1, max: 9 }) }), { maxLength: 8 })
    .map(idSet);
  fc.assert(
    fc.property(set, set, fc.integer({ min: 1, max: 6 }), (wanted, available, mostLines) => {
      const fit = fitMap({ wanted, available, kept: NONE, mostLines });
      if (!fit.ok) {
        // Every wanted id alone, in order, is the least that can be asked for.
        if (fit.lacks === "ids") assert.ok(sizeOf(wanted) > sizeOf(available));
        else assert.ok(fit.needed > mostLines);
        return;
      }
      assert.ok(fit.map.extents.length <= mostLines);
      assert.deepEqual(outsideOf(fit.map, wanted), []);
      assert.deepEqual(subtract(lowerSetOf(fit.map), available), []);
      if (wanted.length <= mostLines && available.length === 1) assert.deepEqual(insideOf(fit.map), wanted);
    }),
  );
});
