/** What two lines share, and where an id stands in a drawing whose ends are dragged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_ID } from "../../src/core/index.ts";
import { collisionsOf, collisionWords } from "../../src/playground/flow/collisions.ts";
import { laneOf, refilled } from "../../src/playground/flow/id-scale.ts";

const extent = (first: number, lowerFirst: number, count: number) => ({ first, lowerFirst, count });

test("lines that share no id do not collide", () => {
  assert.deepEqual(collisionsOf([]), []);
  assert.deepEqual(collisionsOf([extent(0, 1000, 1), extent(1, 1001, 10), extent(11, 0, 1000)]), []);
});

test("what two lines share is cut out of both, on either side", () => {
  const lines = [extent(0, 1000, 10), extent(9, 2000, 5), extent(100, 1005, 2), extent(MAX_ID, MAX_ID, 1)];
  assert.deepEqual(collisionsOf(lines), [
    { side: "inside", ids: { first: 9, count: 1 }, lines: [1, 2], parts: [extent(9, 1009, 1), extent(9, 2000, 1)] },
    {
      side: "lower",
      ids: { first: 1005, count: 2 },
      lines: [1, 3],
      parts: [extent(5, 1005, 2), extent(100, 1005, 2)],
    },
  ]);
});

test("a collision is told with both lines, and what its ids would be", () => {
  const [inside] = collisionsOf([extent(0, 1000, 10), extent(9, 2000, 5)]);
  const [lower] = collisionsOf([extent(0, 1000, 10), extent(100, 1005, 2)]);
  assert.ok(inside && lower);
  assert.equal(collisionWords(inside), "9 inside is in line 1 and in line 2: it would be both 1009 and 2000 below");
  assert.equal(
    collisionWords(lower),
    "1005 to 1006 below are in line 1 and in line 2: they would be both 5 to 6 and 100 to 101 inside",
  );
});

test("drawn by digits, ids stand in order, and a place gives back the id that stands there", () => {
  const lane = laneOf([extent(0, 0, 1), extent(1, 0, 65536), extent(1_000_000, 0, 10)], "digits", 40, 340);
  const ids = [0, 1, 2, 11, 101, 1001, 65536, 65537, 70000, 999_999, 1_000_000, 1_000_009, 4_000_000_000, MAX_ID];
  const places = ids.map(lane.at);
  assert.ok(places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0)));
  assert.equal(lane.at(0), 40);
  assert.equal(lane.at(MAX_ID + 1), 340);
  for (const id of ids.slice(0, -2)) assert.equal(lane.idAt(lane.at(id + 0.5)), id);
  const distances = [11, 101, 1001].map((id, index) => lane.at(id) - lane.at([1, 11, 101][index] ?? 0));
  assert.ok(Math.max(...distances) - Math.min(...distances) < 3, `${distances}`);
});

test("a lane that is filled anew leaves every id where it stood", () => {
  const lane = laneOf([extent(0, 0, 100)], "digits", 0, 200);
  const longer = refilled(lane, [extent(0, 0, 5000)]);
  assert.equal(longer.at(100), lane.at(100));
  assert.deepEqual(
    longer.intervals.map(({ first, isHeld }) => [first, isHeld]),
    [
      [0, true],
      [5000, false],
    ],
  );
});
