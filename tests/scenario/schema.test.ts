/** The published JSON Schema is made of the tables that scenarios are read with; recorded vectors conform to it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CALLS } from "../../src/kernel/syscall/index.ts";
import { importVector, loadScenario, type Scenario, scenarioSchema } from "../../src/scenario/index.ts";
import { FOLDER, KERNEL_FILES } from "./families.ts";
import { schemaCheck } from "./schema-check.ts";

const schema = scenarioSchema();
const conforms = schemaCheck();

test("the schema is JSON, and says which version it is without naming a host", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema);
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.equal(schema.$id, "urn:userns:scenario:1");
});

test("every call is a step of the schema", () => {
  for (const { name } of CALLS.values())
    assert.ok(JSON.stringify(schema).includes(`"const":${JSON.stringify(name)}`), name);
});

/** A scenario as a file would hold it. */
function written({ version, profile, title, names, lacks, setup, steps }: Scenario) {
  const lines = steps.map(({ task, call, args, observed }) => ({ task, call, ...args, observed }));
  return { version, profile: profile.name, title, names, machine: { lacks }, setup, steps: lines };
}

for (const file of KERNEL_FILES)
  test(`every vector of ${file}, written as a scenario, conforms and is loaded; with one key more neither`, () => {
    const vectors: readonly unknown[] = JSON.parse(readFileSync(`${FOLDER}/${file}`, "utf8"));
    assert.ok(vectors.length >= 300);
    for (const vector of vectors) {
      const imported = importVector(vector, file).scenario();
      const scenario = written(imported);
      assert.ok(conforms(scenario), imported.title);
      assert.deepEqual(written(loadScenario(scenario)), scenario);
      const surplus = { ...scenario, surplus: 1 };
      assert.ok(!conforms(surplus));
      assert.throws(() => loadScenario(surplus));
      const [first, ...rest] = scenario.steps;
      assert.ok(!conforms({ ...scenario, steps: [{ ...first, surplus: 1 }, ...rest] }));
    }
  });
