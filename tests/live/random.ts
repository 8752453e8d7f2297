/** Random worlds: the model and the running kernel must answer alike. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Engine } from "../../src/core/engine.ts";
import { importVector } from "../../src/scenario/import-vector.ts";
import { replay } from "../../src/scenario/replay.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import type { Agent } from "./agent.ts";
import { withAgents } from "./machine.ts";
import { type LiveOutcome, runLive } from "./run.ts";

/** A setup and steps, as a recorded vector has them. */
export interface RandomWorld {
  readonly setup: { readonly [part: string]: unknown };
  readonly op: readonly { readonly p: string; readonly call: string }[];
}

/** Ask the running kernel for the answers that the model gives. */
export async function compare(agent: Agent, engine: Engine, { setup, op }: RandomWorld): Promise<LiveOutcome> {
  const recorded = { id: "random", family: "random", tag: "random", setup, op };
  const blank = importVector({ ...recorded, observed: op.map(() => ({})) }, "$").scenario();
  const observed = replay(blank, engine).map(({ result }) => result);
  return runLive(agent, engine, importVector({ ...recorded, observed }, "$").scenario());
}

/**
 * Test that the model answers as the running kernel does.
 *
 * @param name  the kind of world
 * @param runs  how many worlds are tried; one that differs is printed with its seed
 */
export function testRandom(name: string, worlds: fc.Arbitrary<RandomWorld>, runs: number): void {
  test(`${name}: the model answers as the running kernel, in random worlds`, (t) =>
    withAgents(t, async ([agent]) => {
      const [engine] = ENGINES;
      assert.ok(agent && engine);
      const seed = Date.now() >>> 0;
      t.diagnostic(`seed ${seed}`);
      const check = fc.asyncProperty(worlds, async (world) => {
        const outcome = await compare(agent, engine, world);
        assert.equal(outcome.kind, "same", JSON.stringify(outcome, null, 1));
      });
      await fc.assert(check, { numRuns: runs, seed });
      t.diagnostic(`${runs} random worlds ran live`);
    }));
}
