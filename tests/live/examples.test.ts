/** The example scenarios, asked of the running kernel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadScenario } from "../../src/scenario/index.ts";
import { EXAMPLES } from "../scenario/examples.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { withAgents } from "./machine.ts";
import { runLive } from "./run.ts";

/** The recorded machine's root has not this; no example asks for it. */
const LACKS = ["sys_resource"] as const;

test("the running kernel answers as the example scenarios say", (t) =>
  withAgents(t, async ([agent]) => {
    const [engine] = ENGINES;
    assert.ok(agent && engine);
    for (const { name, json } of EXAMPLES)
      await t.test(name, async () => {
        const scenario = { ...loadScenario(json), lacks: LACKS };
        const outcome = await runLive(agent, engine, scenario);
        assert.equal(outcome.kind, "same", JSON.stringify(outcome));
        const steps = scenario.steps.map((step) => ({ ...step, observed: { errno: "EXDEV" } }));
        assert.equal(
          (await runLive(agent, engine, { ...scenario, steps })).kind,
          "different",
          "a changed answer is seen",
        );
      });
  }));
