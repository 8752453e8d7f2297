/** A vector whose recorded answer is changed anywhere fails, and no other does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, runVector } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { FAMILY_FILES, FOLDER } from "./families.ts";

/** Every seventh vector is corrupted. */
const SAMPLE_EVERY = 7;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Every way to change one thing in an answer: a value, a key less, a key more. */
function corruptions(result: { readonly [key: string]: Json }): { readonly [key: string]: Json }[] {
  const changed = Object.entries(result).flatMap(([key, value]) => {
    const { [key]: _, ...without } = result;
    return [without, ...changes(value).map((other) => ({ ...result, [key]: other }))];
  });
  return [...changed, { ...result, surplus: 1 }];
}

function changes(value: Json): Json[] {
  if (typeof value === "number") return [value + 1, String(value)];
  if (typeof value === "string") return [`${value} `, ""].filter((other) => other !== value);
  if (typeof value === "boolean") return [!value];
  if (value === null) return [0];
  if (Array.isArray(value))
    return [
      [...value, 0],
      ...value.flatMap((item: Json, index) => changes(item).map((other) => value.with(index, other))),
    ];
  return Object.entries(value).flatMap(([key, inner]) => changes(inner).map((other) => ({ ...value, [key]: other })));
}

/** Seeded, so that the same changes are made in every run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

interface Recorded {
  readonly observed: readonly { readonly [key: string]: Json }[];
}

test("every family is corrupted", () => assert.equal(FAMILY_FILES.length, 8));

for (const engine of ENGINES)
  for (const file of FAMILY_FILES)
    test(`${file}: exactly the corrupted vectors fail, on ${engine.name} (seed 1)`, () => {
      const vectors: readonly Recorded[] = JSON.parse(readFileSync(`${FOLDER}/${file}`, "utf8"));
      const random = numbers(1);
      const pick = (count: number) => Math.floor((random.next().value ?? 0) * count);
      let corrupted = 0;
      for (const [index, vector] of vectors.entries()) {
        if (index % SAMPLE_EVERY !== 0) continue;
        assert.equal(
          runVector(importVector(vector, file, DELEGATION_TOOLS), engine).kind,
          "passed",
          `${file}[${index}] as recorded`,
        );
        const step = pick(vector.observed.length);
        const answers = corruptions(vector.observed[step] ?? {});
        const answer = answers[pick(answers.length)];
        assert.ok(answer);
        const outcome = runVector(
          importVector({ ...vector, observed: vector.observed.with(step, answer) }, file, DELEGATION_TOOLS),
          engine,
        );
        assert.equal(outcome.kind, "failed", `${file}[${index}] step ${step}: ${JSON.stringify(answer)} was taken`);
        corrupted++;
      }
      assert.ok(corrupted >= 40, `${corrupted}`);
    });
