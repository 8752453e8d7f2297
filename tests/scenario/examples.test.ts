/** The example scenarios answer as they say, on every engine, and conform to the published schema. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FSID_REPAIRS, ISOLATED, ISOLATION_SWITCHES, REPAIRS } from "../../src/kernel/index.ts";
import { SCENARIO_PROGRAMS } from "../../src/policy/index.ts";
import { inSource, loadScenario, replay, type Scenario, type Source } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { ALL_EXAMPLES, EXAMPLES, FSID_EXAMPLES, ISOLATED_EXAMPLES, SETUSERS_EXAMPLES } from "./examples.ts";
import { schemaCheck } from "./schema-check.ts";

const conforms = schemaCheck();

test("there are ten examples", () => assert.ok(EXAMPLES.length >= 10));

for (const source of ALL_EXAMPLES) {
  test(`${source.name} conforms to the schema and expects an answer of every call`, () => {
    assert.ok(conforms(source.json));
    const { steps, title } = loadScenario(source.json, SCENARIO_PROGRAMS);
    assert.ok(title);
    assert.ok(steps.length >= 5 && steps.every(({ observed }) => observed !== null));
  });
  for (const engine of ENGINES)
    test(`${source.name} answers as it says, on ${engine.name}`, () => {
      const answers = inSource(source, (json) =>
        replay(loadScenario(json, SCENARIO_PROGRAMS), engine, SCENARIO_PROGRAMS),
      );
      assert.deepEqual(
        answers.flatMap(({ step, differences }) =>
          differences.map((difference) => ({ ...difference, at: step.where })),
        ),
        [],
      );
    });
}

function exampleIn(examples: readonly Source[], file: string) {
  const found = examples.find(({ name }) => name.endsWith(`/${file}.yaml`));
  assert.ok(found, `no scenario ${file}.yaml`);
  return loadScenario(found.json);
}

const isolatedExample = (file: string) => exampleIn(ISOLATED_EXAMPLES, file);
const fsidExample = (file: string) => exampleIn(FSID_EXAMPLES, file);

/** Two scenarios make the same calls in the same world, of two kernels, and are answered otherwise. */
function assertOtherAnswers(one: Scenario, other: Scenario): void {
  const { steps, ...world } = one;
  const { steps: otherSteps, ...otherWorld } = other;
  assert.deepEqual({ ...otherWorld, profile: null }, { ...world, profile: null });
  const calls = (of: Scenario["steps"]) => of.map(({ task, call, args }) => ({ task, call, args }));
  assert.deepEqual(calls(otherSteps), calls(steps));
  assert.notDeepEqual(
    otherSteps.map(({ observed }) => observed),
    steps.map(({ observed }) => observed),
  );
}

for (const name of REPAIRS)
  test(`${name}: one scenario shows the hole, and the same calls show it closed`, () => {
    const hole = isolatedExample(name);
    const repaired = isolatedExample(`${name}-repaired`);
    assert.deepEqual(hole.profile.isolated, new Set());
    assert.deepEqual(repaired.profile.isolated, new Set(REPAIRS));
    assertOtherAnswers(hole, repaired);
  });

for (const { name } of FSID_REPAIRS)
  test(`fsid mappings, ${name}: one scenario shows the defect, and the same calls show it gone`, () => {
    const defect = fsidExample(name);
    const repaired = fsidExample(`${name}-repaired`);
    assert.equal(defect.profile.fsid, "v3");
    assert.equal(repaired.profile.fsid, "fixed");
    assertOtherAnswers(defect, repaired);
  });

/** What earlier revisions of the fsid mappings answered otherwise. */
const REVISIONS = [
  ["setuid-execution", "v1"],
  ["setuid-execution", "reply"],
  ["personality", "v1"],
  ["personality", "reply"],
  ["nested-unaware", "v2"],
  ["keys", "v2"],
] as const;

for (const [name, mode] of REVISIONS)
  test(`${name}: the revision ${mode} answers otherwise than the third series`, () => {
    const earlier = fsidExample(`${name}-${mode}`);
    assert.equal(earlier.profile.fsid, mode);
    assertOtherAnswers(fsidExample(name), earlier);
  });

test("every scenario of fsid mappings says whom it answers", () => {
  for (const { name } of FSID_EXAMPLES) {
    const [comment = ""] = readFileSync(name, "utf8").split("version: 1");
    assert.match(comment, /^(# .+\n)+$/, name);
    assert.match(comment, /"|Horn|Bottomley|Hallyn|Bacik|Nobody|Both proposals/, name);
  }
});

/** What else answers otherwise with a switch turned, beside the repairs. */
const POLICIES = Object.keys(ISOLATION_SWITCHES).filter((name) => !REPAIRS.some((repair) => repair === name));

for (const name of POLICIES)
  test(`${name}: a scenario has it, and answers otherwise without`, () => {
    const scenario = isolatedExample(name);
    assert.deepEqual([...(scenario.profile.isolated ?? [])], [name]);
    const without = { ...scenario, profile: ISOLATED };
    const [engine] = ENGINES;
    assert.ok(engine);
    assert.ok(replay(without, engine).some(({ differences }) => differences.length > 0));
  });

test("secure-exec-clears: the same calls without it leave the pile where it was", () => {
  const named = (file: string) => {
    const found = SETUSERS_EXAMPLES.find(({ name }) => name.endsWith(`/${file}.yaml`));
    assert.ok(found, `no scenario ${file}.yaml`);
    return loadScenario(found.json);
  };
  const kept = named("exec");
  const cleared = named("secure-exec-clears");
  const calls = (of: Scenario) => of.steps.map(({ task, call, args }) => ({ task, call, args }));
  assert.deepEqual(calls(cleared), calls(kept));
  assert.deepEqual(cleared.setup, kept.setup);
  assert.notDeepEqual(
    cleared.steps.map(({ observed }) => observed),
    kept.steps.map(({ observed }) => observed),
  );
});
