import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonPieces } from "../../src/cli/json-pieces.ts";

const inOne = (value: unknown): string => [...jsonPieces(value)].join("");

test("the pieces are what JSON.stringify makes of the value", () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const json = fc.jsonValue({ maxDepth: 6 });
  fc.assert(
    fc.property(json, (value) => assert.equal(inOne(value), JSON.stringify(value, null, 2))),
    { seed },
  );
});

test("what has no JSON is left out of an object, and null in a list", () => {
  for (const value of [
    { a: undefined, b: 1 },
    [undefined, 1],
    { a: undefined },
    { a: { b: [undefined, { c: undefined }] } },
  ])
    assert.equal(inOne(value), JSON.stringify(value, null, 2));
});

test("a long list comes in many pieces", () => {
  const list = Array.from({ length: 10_000 }, (_, id) => ({ id, names: [] }));
  const pieces = [...jsonPieces({ list })];
  assert.ok(
    pieces.length > 4 && pieces.every(({ length }) => length < 70_000),
    `${pieces.map(({ length }) => length)}`,
  );
});
