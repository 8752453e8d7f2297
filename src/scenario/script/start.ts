import { ROOT, type World } from "../../kernel/index.ts";
import { setUp } from "../set-up.ts";
import { setUpTask } from "../set-up-tasks.ts";
import { agentsIn } from "./command.ts";
import { AGENT_PROGRAM, agentTask, FIRST_NUMBER, MACHINE } from "./machine.ts";
import { make } from "./make-call.ts";
import type { Script } from "./script.ts";
import { call } from "./verb.ts";

/** Set the machine of a script up, with the agents that are there from the start. */
export function startScript(world: World, script: Script): void {
  setUpMachine(world);
  for (const agent of firstAgents(script)) startAgent(world, agent);
}

/** The machine, with its procfs: that of every process is found there, under its pid. */
function setUpMachine(world: World): void {
  setUp(world, MACHINE);
  world.numbers.startAt(FIRST_NUMBER);
  const { verdict } = make(world, { agent: ROOT, where: "$.machine" }, MOUNT_PROC);
  if (!verdict.ok) throw new Error(`/proc is not mounted: ${verdict.because}`);
}

/** An agent, which runs the program of all agents. */
function startAgent(world: World, agent: string): void {
  setUpTask(world, agentTask(agent), `$.agents.${agent}`);
  const { verdict } = make(world, { agent, where: "$.machine" }, call("exec", { path: AGENT_PROGRAM }));
  if (!verdict.ok) throw new Error(`${AGENT_PROGRAM} does not run: ${verdict.because}`);
}

const MOUNT_PROC = call("mount", { source: "proc", target: "/proc", type: "proc", flags: 0, data: "" });

/** The agents that nobody forks: they act, or are named, before a fork makes them. */
function firstAgents({ steps }: Script): readonly string[] {
  const there: string[] = [];
  const forked: string[] = [];
  for (const { agent, do: text } of steps) {
    for (const name of [agent, ...agentsIn(text)])
      if (!there.includes(name) && !forked.includes(name)) there.push(name);
    const child = /^fork (\w+)$/.exec(text)?.[1];
    if (child !== undefined) forked.push(child);
  }
  return there;
}
