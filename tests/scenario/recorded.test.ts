/** Every recorded vector, replayed on every engine: each key of each answer must be what the kernel said. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, runVector, type Vector } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const FOLDER = "tests/vectors/linux-6.18";

function vectorsIn(file: string): Vector[] {
  const json: unknown = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
  assert.ok(Array.isArray(json));
  return json.map((vector: unknown, index) => importVector(vector, `${file}[${index}]`, DELEGATION_TOOLS));
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

test("all eight families are here", () => assert.equal(files.length, 8));

for (const engine of ENGINES)
  for (const file of files)
    test(`${file} answers as Linux 6.18 did, on ${engine.name}`, () => {
      const outcomes = vectorsIn(file).map((vector) => runVector(vector, engine));
      assert.ok(outcomes.length >= 300);
      const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome] : []));
      const report = failed.slice(0, 5).map(({ vector, lines }) => [vector.id, ...lines].join("\n  "));
      assert.equal(failed.length, 0, `${failed.length} of ${outcomes.length} differ\n${report.join("\n")}`);
      assert.ok(
        outcomes.every(({ kind }) => kind === "passed"),
        "none is skipped",
      );
    });
