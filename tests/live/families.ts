/** Recorded vectors, family by family, on the running kernel. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { importVector, type Vector } from "../../src/scenario/import-vector.ts";
import { need } from "../need.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { AGENT, Agent, compileAgent, type Program } from "./agent.ts";
import floor from "./floor.json" with { type: "json" };
import { type LiveOutcome, runLive } from "./run.ts";

const FOLDER = "tests/vectors/linux-6.18";
/** The answers were recorded from this series; others differ where Linux changed. */
const RECORDED = "6.18";
/** Processes of the machine that vectors are run on at once, each with an agent of its own. */
const AGENTS = 2;

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

/** An agent for each lane; null, with a reason, where the machine allows none. */
async function startAgents(program: Program): Promise<Agent[] | string> {
  const agents = Array.from({ length: AGENTS }, (_, lane) => new Agent(program, `mounts${lane}`));
  try {
    for (const agent of agents) await agent.sys(AGENT, "getpid");
    return agents;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Run vectors on all agents, each taking the next that is left. */
async function runAll(agents: readonly Agent[], vectors: readonly Vector[]): Promise<Map<Vector, LiveOutcome>> {
  const [engine] = ENGINES;
  assert.ok(engine);
  const outcomes = new Map<Vector, LiveOutcome>();
  const left = [...vectors];
  const lane = async (agent: Agent) => {
    for (let vector = left.shift(); vector; vector = left.shift())
      outcomes.set(vector, await runLive(agent, engine, vector.scenario()));
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

/**
 * Test that the running kernel answers as the recorded one did.
 *
 * @param which  a row of floor.json: how many must run of each family
 * @param count  how many of each family are tried
 */
export function testFamilies(which: keyof typeof floor, count: number): void {
  test("the running kernel answers as the recorded one did", async (t) => {
    if (!need(t, process.platform === "linux", "Linux")) return;
    if (!need(t, release().startsWith(`${RECORDED}.`), `Linux ${RECORDED} (this is ${release()})`)) return;
    if (!need(t, process.getuid?.() === 0, "root")) return;
    const program = compileAgent();
    if (!need(t, program !== null, "a C compiler") || program === null) return;
    t.after(() => rmSync(program.folder, { recursive: true }));
    const agents = await startAgents(program);
    if (typeof agents === "string") {
      need(t, false, `the right to make namespaces (${agents})`);
      return;
    }
    try {
      for (const file of FILES)
        await t.test(file, async (sub) => {
          const floors = new Map<string, number>(Object.entries(floor[which]));
          check(sub, await runAll(agents, sample(vectorsIn(file), count)), floors.get(file) ?? count);
        });
    } finally {
      for (const agent of agents) await agent.end();
    }
  });
}
