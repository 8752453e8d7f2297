/** Recorded vectors, family by family, on the running kernel. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Engine } from "../../src/core/engine.ts";
import { importVector, type Vector } from "../../src/scenario/import-vector.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import type { Agent } from "./agent.ts";
import { hasDisk } from "./disks.ts";
import floor from "./floor.json" with { type: "json" };
import { withAgents } from "./machine.ts";
import { type LiveOutcome, runLive } from "./run.ts";

const FOLDER = "tests/vectors/linux-6.18";
/** What a tmpfs cannot stand in for: tags of answers that one type of file system gives alone. */
const OF_ONE_FILESYSTEM: { readonly [tag: string]: string } = {
  "truncate-setid-quirk": "an answer of XFS, for which a tmpfs stands in",
};

/** What family 7 asks are tools of user space, not the kernel. */
const FILES = readdirSync(FOLDER).filter((name) => /^[1234568]_.*\.json$/.test(name));

function vectorsIn(file: string): Vector[] {
  const json: unknown = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
  assert.ok(Array.isArray(json));
  return json.map((vector: unknown, index) => importVector(vector, `${file}[${index}]`));
}

/** So many of a list, evenly spread. */
function sample<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return list.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

function runVector(agent: Agent, engine: Engine, vector: Vector): Promise<LiveOutcome> {
  const reason = hasDisk("xfs") ? undefined : OF_ONE_FILESYSTEM[vector.tag];
  return reason === undefined
    ? runLive(agent, engine, vector.scenario())
    : Promise.resolve({ kind: "not run", reason });
}

/** Run vectors on all agents, each taking the next that is left. */
async function runAll(agents: readonly Agent[], vectors: readonly Vector[]): Promise<Map<Vector, LiveOutcome>> {
  const [engine] = ENGINES;
  assert.ok(engine);
  const outcomes = new Map<Vector, LiveOutcome>();
  const left = [...vectors];
  const lane = async (agent: Agent) => {
    for (let vector = left.shift(); vector; vector = left.shift())
      outcomes.set(vector, await runVector(agent, engine, vector));
  };
  await Promise.all(agents.map(lane));
  return outcomes;
}

function check(t: TestContext, outcomes: ReadonlyMap<Vector, LiveOutcome>, atLeast: number): void {
  const reasons = new Map<string, number>();
  const different: string[] = [];
  let same = 0;
  for (const [{ id, tag }, outcome] of outcomes) {
    if (outcome.kind === "same") same++;
    else if (outcome.kind === "different") different.push([`${id} (${tag})`, ...outcome.lines].join("\n  "));
    else reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
  }
  const ran = same + different.length;
  t.diagnostic(`${ran} of ${outcomes.size} ran live, ${different.length} answered otherwise`);
  for (const [reason, count] of reasons) t.diagnostic(`${count} not run: ${reason}`);
  assert.equal(different.length, 0, different.slice(0, 5).join("\n"));
  assert.ok(ran >= atLeast, `${ran} ran live; the floor is ${atLeast}`);
}

/** A recorded answer that is not the kernel's must show: change one step's in a vector of each family. */
async function seesChanges(agents: readonly Agent[]): Promise<void> {
  const [agent] = agents;
  const [engine] = ENGINES;
  assert.ok(agent && engine);
  for (const file of FILES) {
    const [vector] = vectorsIn(file);
    assert.ok(vector);
    const scenario = vector.scenario();
    const steps = scenario.steps.map((step, index) => (index === 0 ? { ...step, observed: { changed: true } } : step));
    const outcome = await runLive(agent, engine, { ...scenario, steps });
    assert.equal(outcome.kind, "different", `${vector.id}: ${JSON.stringify(outcome)}`);
  }
}

/**
 * Test that the running kernel answers as the recorded one did.
 *
 * @param which  a row of floor.json: how many must run of each family
 * @param count  how many of each family are tried
 */
export function testFamilies(which: keyof typeof floor, count: number): void {
  test("the running kernel answers as the recorded one did", (t) =>
    withAgents(t, async (agents) => {
      await t.test("a changed answer is seen", () => seesChanges(agents));
      for (const file of FILES)
        await t.test(file, async (sub) => {
          const floors = new Map<string, number>(Object.entries(floor[which]));
          check(sub, await runAll(agents, sample(vectorsIn(file), count)), floors.get(file) ?? count);
        });
    }));
}
