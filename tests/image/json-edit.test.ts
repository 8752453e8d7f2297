/** A document keeps every byte but the values that are replaced. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonPath } from "../../src/image/json-document.ts";
import { readJson } from "../../src/image/json-document.ts";
import { withEdits } from "../../src/image/json-edit.ts";

const ROWS: readonly (readonly [title: string, text: string, path: JsonPath, value: unknown, expected: string])[] = [
  ["blanks stay", '{ "a" :\t[ 1 ,\n2 ] }', ["a", 1], 9, '{ "a" :\t[ 1 ,\n9 ] }'],
  [
    "numbers that would not survive stay",
    '{"n":12345678901234567890,"m":1.0,"a":"x"}',
    ["a"],
    "y",
    '{"n":12345678901234567890,"m":1.0,"a":"y"}',
  ],
  [
    "brackets, quotes and commas in texts are no structure",
    String.raw`{"a":"]}\",\\","b":1}`,
    ["b"],
    2,
    String.raw`{"a":"]}\",\\","b":2}`,
  ],
  ["a name written with escapes is the name", String.raw`{"\u0061":1}`, ["a"], 2, String.raw`{"\u0061":2}`],
  [
    "a name that stands twice is replaced twice: readers differ on which counts",
    '{"a":1,"a":2}',
    ["a"],
    3,
    '{"a":3,"a":3}',
  ],
  ["a place that is not there is passed over", "[[],{}]", [0, 0], 1, "[[],{}]"],
  ["a whole value of any kind", '{"a":{"b":[null,true]},"c":-1e9}', ["a"], [], '{"a":[],"c":-1e9}'],
];

for (const [title, text, path, value, expected] of ROWS)
  test(title, () => assert.equal(withEdits(text, [{ path, value }]), expected));

/** Every place in a value, from the top. */
function placesIn(value: unknown, path: JsonPath = []): JsonPath[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([name, one]) =>
      placesIn(one, [...path, Array.isArray(value) ? Number(name) : name]),
    ),
  ];
}

test("whatever the document and its blanks, the value at a place is the new one and all others are theirs", () => {
  const documents = fc.json({ maxDepth: 4 });
  fc.assert(
    fc.property(documents, fc.nat(), fc.constantFrom(undefined, 1, "\t"), (document, pick, blanks) => {
      const value: unknown = JSON.parse(document);
      const text = JSON.stringify(value, null, blanks);
      const places = placesIn(value);
      const path = places[pick % places.length] ?? [];
      const edited: unknown = JSON.parse(withEdits(text, [{ path, value: "new" }]));
      const replaced = (at: unknown, steps: JsonPath): unknown => {
        const [step, ...rest] = steps;
        if (step === undefined) return "new";
        if (Array.isArray(at)) return at.map((one: unknown, index) => (index === step ? replaced(one, rest) : one));
        const members = Object.entries(at ?? {}).map(([name, one]) => [
          name,
          name === step ? replaced(one, rest) : one,
        ]);
        return Object.fromEntries(members);
      };
      assert.deepEqual(edited, replaced(value, path));
      assert.equal(withEdits(text, []), text);
    }),
  );
});

test("a document of more than 100 levels is refused; brackets in its texts are no levels", () => {
  assert.throws(() => readJson("[".repeat(101) + "]".repeat(101), "x"), /at most 100 levels/);
  assert.equal(readJson(JSON.stringify("[".repeat(500)), "x").value, "[".repeat(500));
});
