/** Random worlds: the model and the running kernel must answer alike. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Engine } from "../../src/core/engine.ts";
import { UsernsError } from "../../src/core/errors.ts";
import { importVector } from "../../src/scenario/import-vector.ts";
import { type Answer, replay } from "../../src/scenario/replay.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import type { Agent } from "./agent.ts";
import { withAgents } from "./machine.ts";
import { type LiveOutcome, runLive } from "./run.ts";

/** A setup and steps, as a recorded vector has them. */
export interface RandomWorld {
  readonly setup: { readonly [part: string]: unknown };
  readonly op: readonly { readonly p: string; readonly call: string }[];
}

/** The model's answers, or why it has none. */
function modelled(blank: Scenario, engine: Engine): readonly Answer[] | string {
  try {
    return replay(blank, engine);
  } catch (error) {
    if (error instanceof UsernsError) return `the model refuses it: ${error.message.replace(/^[^:]*: /, "")}`;
    throw error;
  }
}

/** Where the seed of random worlds comes from. */
type Seeding = "fixed" | "fresh";

const FIXED_SEED = 618;

function seedOf(by: Seeding): number {
  const given = process.env.USERNS_SEED;
  if (given === undefined) return by === "fixed" ? FIXED_SEED : Date.now() >>> 0;
  assert.match(given, /^\d{1,10}$/, "USERNS_SEED: expected a whole number");
  return Number(given);
}

/** What part of the worlds may ask for what the model or the agent refuses. */
const MOST_NOT_RUN = 0.6;

/** The kernel takes a key away a moment after nobody holds it, and answers by its rights until then. */
function asksForGoneKey(answer: Answer | undefined): boolean {
  return answer?.verdict.rule?.name === "keyExists";
}

/** Ask the running kernel for the answers that the model gives; steps whose answer is a matter of time are left out. */
export async function compare(agent: Agent, engine: Engine, { setup, op }: RandomWorld): Promise<LiveOutcome> {
  const recorded = { id: "random", family: "random", tag: "random", setup, op };
  const blank = importVector({ ...recorded, observed: op.map(() => ({})) }, "$").scenario();
  const answers = modelled(blank, engine);
  if (typeof answers === "string") return { kind: "not run", reason: answers };
  const timely = op.filter((_, index) => !asksForGoneKey(answers[index]));
  if (timely.length < op.length) return compare(agent, engine, { setup, op: timely });
  const observed = answers.map(({ result }) => result);
  return runLive(agent, engine, importVector({ ...recorded, observed }, "$").scenario());
}

/**
 * Test that the model answers as the running kernel does.
 *
 * @param name  the kind of world
 * @param runs  how many worlds are tried; one that differs is printed with its seed
 * @param by    fixed: the same worlds each time; fresh: others each time. USERNS_SEED says which, for both
 */
export function testRandom(name: string, worlds: fc.Arbitrary<RandomWorld>, runs: number, by: Seeding): void {
  test(`${name}: the model answers as the running kernel, in random worlds`, (t) =>
    withAgents(t, async ([agent]) => {
      const [engine] = ENGINES;
      assert.ok(agent && engine);
      const seed = seedOf(by);
      t.diagnostic(`seed ${seed}`);
      const reasons = new Map<string, number>();
      const check = fc.asyncProperty(worlds, async (world) => {
        const outcome = await compare(agent, engine, world);
        if (outcome.kind === "not run") reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
        else assert.equal(outcome.kind, "same", JSON.stringify(outcome, null, 1));
      });
      await fc.assert(check, { numRuns: runs, seed });
      for (const [reason, count] of reasons) t.diagnostic(`${count} not run: ${reason}`);
      const notRun = [...reasons.values()].reduce((sum, count) => sum + count, 0);
      t.diagnostic(`${runs - notRun} of ${runs} random worlds ran live`);
      assert.ok(notRun <= runs * MOST_NOT_RUN, `${notRun} of ${runs} did not run`);
    }));
}
