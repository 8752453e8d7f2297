/** The published JSON Schema is made of the tables that scenarios are read with; recorded vectors conform to it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CALLS } from "../../src/kernel/index.ts";
import { importVector, scenarioSchema } from "../../src/scenario/index.ts";

type Schema = { readonly [keyword: string]: unknown };

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const TYPES: { readonly [type: string]: (value: unknown) => boolean } = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

/** What each keyword asks; one that is not here fails the test. */
const KEYWORDS: { readonly [keyword: string]: (asked: never, value: unknown, schema: Schema) => boolean } = {
  $schema: () => true,
  title: () => true,
  description: () => true,
  default: () => true,
  type: (type: string, value) => TYPES[type]?.(value) ?? false,
  const: (only: unknown, value) => only === value,
  enum: (words: readonly unknown[], value) => words.includes(value),
  pattern: (pattern: string, value) => typeof value !== "string" || new RegExp(pattern).test(value),
  minimum: (least: number, value) => typeof value !== "number" || value >= least,
  maximum: (most: number, value) => typeof value !== "number" || value <= most,
  minItems: (least: number, value) => !Array.isArray(value) || value.length >= least,
  maxItems: (most: number, value) => !Array.isArray(value) || value.length <= most,
  items: (of: Schema, value) => !Array.isArray(value) || value.every((item) => conforms(of, item)),
  anyOf: (schemas: readonly Schema[], value) => schemas.some((schema) => conforms(schema, value)),
  oneOf: (schemas: readonly Schema[], value) => schemas.filter((schema) => conforms(schema, value)).length === 1,
  required: (keys: readonly string[], value) => !isObject(value) || keys.every((key) => value[key] !== undefined),
  properties: (properties: { readonly [key: string]: Schema }, value) =>
    !isObject(value) ||
    Object.entries(properties).every(([key, schema]) => value[key] === undefined || conforms(schema, value[key])),
  additionalProperties: (more: boolean | Schema, value, { properties }) => {
    if (!isObject(value)) return true;
    const known = isObject(properties) ? properties : {};
    const others = Object.entries(value).filter(([key, inner]) => inner !== undefined && !Object.hasOwn(known, key));
    return others.every(([, inner]) => more !== false && (more === true || conforms(more, inner)));
  },
};

function conforms(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, asked]) => {
    const check = KEYWORDS[keyword];
    assert.ok(check, `a keyword of the schema that this test knows: ${keyword}`);
    return Reflect.apply(check, null, [asked, value, schema]) === true;
  });
}

const schema = scenarioSchema();

test("the schema is JSON", () => assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema));

test("every call is a step of the schema", () => {
  for (const { name } of CALLS.values())
    assert.ok(JSON.stringify(schema).includes(`"const":${JSON.stringify(name)}`), name);
});

for (const file of ["1_map_write", "2_id_translation", "5_scm_credentials"])
  test(`vectors of ${file}, read as scenarios, conform; with one key more they do not`, () => {
    const vectors: readonly unknown[] = JSON.parse(readFileSync(`tests/vectors/linux-6.18/${file}.json`, "utf8"));
    for (const vector of vectors.filter((_, index) => index % 50 === 0)) {
      const { title, names, lacks, setup, steps } = importVector(vector, file).scenario();
      const lines = steps.map(({ task, call, args, observed }) => ({ task, call, ...args, observed }));
      const scenario = { version: 1, title, names, machine: { lacks }, setup, steps: lines };
      assert.ok(conforms(schema, scenario), title);
      assert.ok(!conforms(schema, { ...scenario, surplus: 1 }));
      const [first, ...rest] = lines;
      assert.ok(!conforms(schema, { ...scenario, steps: [{ ...first, surplus: 1 }, ...rest] }));
    }
  });
