/** Agents on this machine, where it allows them. */
import { rmSync } from "node:fs";
import { release } from "node:os";
import type { TestContext } from "node:test";
import { need, onlyOn } from "../need.ts";
import { AGENT, Agent, compileAgent, type Program } from "./agent.ts";

/** The answers were recorded from this series; others differ where Linux changed. */
const RECORDED = "6.18";
/** Processes of the machine that vectors are run on at once, each with an agent of its own. */
const AGENTS = 2;

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

/**
 * Run a test with agents. On another kernel than the recorded one it is skipped, for its answers would say nothing of
 * the model; on that one it needs root and a compiler. The agents end with the test, whatever it does.
 */
export async function withAgents(t: TestContext, run: (agents: readonly Agent[]) => Promise<void>): Promise<void> {
  const isRecorded = process.platform === "linux" && release().startsWith(`${RECORDED}.`);
  if (!onlyOn(t, isRecorded, `Linux ${RECORDED} (this is ${process.platform} ${release()})`)) return;
  if (!need(t, process.getuid?.() === 0, "root")) return;
  const program = compileAgent();
  if (!need(t, program !== null, "a C compiler") || program === null) return;
  try {
    const agents = await startAgents(program);
    if (typeof agents === "string") {
      need(t, false, `the right to make namespaces (${agents})`);
      return;
    }
    try {
      await run(agents);
    } finally {
      for (const agent of agents) await agent.end();
    }
  } finally {
    rmSync(program.folder, { recursive: true });
  }
}
