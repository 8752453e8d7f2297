/** Every recorded vector, replayed on every engine: each key of each answer must be what the kernel said. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, runVector, type Vector } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** By folder, how many vectors a file of it has at least. */
const FOLDERS: { readonly [folder: string]: number } = { "tests/vectors/linux-6.18": 300, "tests/vectors/own": 1 };

function vectorsIn(file: string): Vector[] {
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  assert.ok(Array.isArray(json));
  return json.map((vector: unknown, index) => importVector(vector, `${file}[${index}]`, DELEGATION_TOOLS));
}

const files = Object.entries(FOLDERS).flatMap(([folder, atLeast]) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ file: join(folder, name), atLeast })),
);

test("all eight families are here, and vectors of our own", () => assert.ok(files.length > 8));

for (const engine of ENGINES)
  for (const { file, atLeast } of files)
    test(`${file} answers as Linux 6.18 did, on ${engine.name}`, () => {
      const outcomes = vectorsIn(file).map((vector) => runVector(vector, engine));
      assert.ok(outcomes.length >= atLeast);
      const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome] : []));
      const report = failed.slice(0, 5).map(({ vector, lines }) => [vector.id, ...lines].join("\n  "));
      assert.equal(failed.length, 0, `${failed.length} of ${outcomes.length} differ\n${report.join("\n")}`);
      assert.ok(
        outcomes.every(({ kind }) => kind === "passed"),
        "none is skipped",
      );
    });
