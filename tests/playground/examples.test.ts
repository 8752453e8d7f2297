/** Every example that the page offers is there, and answers as it expects. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { initSync } from "../../src/core/index.ts";
import { SCENARIO_GROUPS } from "../../src/playground/examples/catalogue.ts";
import { chainOf } from "../../src/playground/flow/chain.ts";
import { FLOW_EXAMPLES } from "../../src/playground/flow/flow-examples.ts";
import { readFlow } from "../../src/playground/flow/flow-state.ts";
import { PASTE_EXAMPLES } from "../../src/playground/paste/paste-examples.ts";
import { recognisePaste } from "../../src/playground/paste/recognised.ts";
import { replayText } from "../../src/playground/scenario/replayed.ts";

for (const { title, examples } of SCENARIO_GROUPS)
  test(`the scenarios of "${title}" are there and answer as expected`, () => {
    for (const { name } of examples) {
      const path = `tests/scenarios/${name}.yaml`;
      assert.ok(existsSync(path), path);
      const { run, worlds } = replayText(readFileSync(path, "utf8"), initSync());
      assert.equal(run.different, 0, name);
      assert.equal(worlds.length, run.calls.length + 1, name);
    }
  });

test("the flows can be drawn, and are what a link of them holds", () => {
  for (const { flow } of FLOW_EXAMPLES) {
    assert.deepEqual(readFlow(JSON.parse(JSON.stringify(flow))), flow);
    const { columns, bands, refusals } = chainOf(flow);
    assert.equal(bands.length, columns.length - 1);
    assert.deepEqual(refusals, []);
  }
});

test("the texts to paste are all recognised", () => {
  for (const { title, text } of PASTE_EXAMPLES) assert.notEqual(recognisePaste(text).what, "nothing", title);
});
