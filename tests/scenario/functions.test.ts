/** Every recorded call of the id functions of a kernel with isolated namespaces, on every engine. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { importFunctions, isFunctionsFile } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const FILE = "tests/vectors/isolated/functions.json";
const recorded: unknown = JSON.parse(readFileSync(FILE, "utf8"));

for (const engine of ENGINES)
  test(`all 10,274 calls of ${FILE} give what the kernel gave, on ${engine.name}`, () => {
    assert.ok(isFunctionsFile(recorded));
    const outcomes = importFunctions(recorded, FILE).flatMap(({ run }) => run(engine));
    assert.equal(outcomes.length, 10_274);
    const differing = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? outcome.lines : []));
    assert.deepEqual(differing.slice(0, 5), []);
  });

test("a changed result is found", () => {
  const file = {
    scenarios: { T: { a: { parent: "h", owner: 5, uid_map: [[0, 1000, 1]], gid_map: [], isolated: true } } },
    calls: {
      T: {
        make_kuid: [
          ["a", 0, null, [1000, 0]],
          ["a", 1, null, [1, 0]],
        ],
      },
    },
  };
  const [engine] = ENGINES;
  assert.ok(engine);
  const outcomes = importFunctions(file, "f").flatMap(({ run }) => run(engine));
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ["passed", "failed"],
  );
});
