/** The example scenarios answer as they say, on every engine, and conform to the published schema. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inSource, loadScenario, replay } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { EXAMPLES } from "./examples.ts";
import { schemaCheck } from "./schema-check.ts";

const conforms = schemaCheck();

test("there are ten examples", () => assert.ok(EXAMPLES.length >= 10));

for (const source of EXAMPLES) {
  test(`${source.name} conforms to the schema and expects an answer of every call`, () => {
    assert.ok(conforms(source.json));
    const { steps, title } = loadScenario(source.json);
    assert.ok(title);
    assert.ok(steps.length >= 5 && steps.every(({ observed }) => observed !== null));
  });
  for (const engine of ENGINES)
    test(`${source.name} answers as it says, on ${engine.name}`, () => {
      const answers = inSource(source, (json) => replay(loadScenario(json), engine));
      assert.deepEqual(
        answers.flatMap(({ step, differences }) =>
          differences.map((difference) => ({ ...difference, at: step.where })),
        ),
        [],
      );
    });
}
