/** Bad scenarios: each is refused with the JSON path, what was expected there, and what was found. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsernsError } from "../../src/core/index.ts";
import { inSource, loadScenario, replay, type Source } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { FORMS } from "./rows/forms.ts";
import { ISOLATED_IDS } from "./rows/isolated.ts";
import { NOT_MODELLED } from "./rows/not-modelled.ts";
import type { Row } from "./rows/row.ts";
import { SETUPS } from "./rows/setups.ts";
import { STEPS } from "./rows/steps.ts";
import { schemaCheck } from "./schema-check.ts";

const ROWS: readonly Row[] = [...FORMS, ...SETUPS, ...ISOLATED_IDS, ...STEPS, ...NOT_MODELLED];

for (const engine of ENGINES)
  for (const { rule, scenario, says } of ROWS)
    test(`${rule}, on ${engine.name}`, () => {
      assert.throws(
        () => replay(loadScenario(scenario), engine),
        (error) => {
          assert.ok(error instanceof UsernsError, String(error));
          assert.equal(error.code, "ERR_SCENARIO");
          assert.equal(error.message, says);
          return true;
        },
      );
    });

const matchesSchema = schemaCheck();

for (const { rule, scenario, refusedBy } of ROWS)
  test(`${rule}: refused by ${refusedBy === "both" ? "the schema too" : "the loader alone"}`, () =>
    assert.equal(matchesSchema(scenario), refusedBy === "loader"));

for (const engine of ENGINES)
  test(`names stand for ids in setup and steps, on ${engine.name}`, () => {
    const [answer] = replay(
      loadScenario({
        version: 1,
        names: { alice: 1000 },
        setup: { tasks: [{ name: "p", uid: "alice", gid: "alice" }] },
        steps: [{ task: "p", call: "getresuid", observed: { ok: true, uid: [1000, 1000, 1000] } }],
      }),
      engine,
    );
    assert.deepEqual(answer?.differences, []);
  });

/** The lines that a parser would find the values of a small scenario at. */
const LINES: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["steps", 3],
  ["steps/0", 4],
  ["steps/0/uid", 6],
]);
const sourceOf = (step: unknown): Source => ({
  name: "a.yaml",
  json: { version: 1, steps: [step] },
  placeOf: (path) => {
    const line = LINES.get(path.join("/"));
    return line === undefined ? null : { line, column: 3 };
  },
});

for (const { rule, step, where } of [
  {
    rule: "an error names the line",
    step: { task: "@root", call: "setuid", uid: "x" },
    where: "a.yaml:6:3: $.steps[0].uid",
  },
  { rule: "what has no line has that of what holds it", step: { call: "creds" }, where: "a.yaml:4:3: $.steps[0].task" },
])
  test(rule, () => {
    const [engine] = ENGINES;
    assert.ok(engine);
    assert.throws(() => inSource(sourceOf(step), (json) => replay(loadScenario(json), engine)), { where });
  });
