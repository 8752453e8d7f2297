import { type Engine, UsernsError } from "../../core/index.ts";
import { createWorld, freeWorld, lookup, ROOT, textPlace, type World } from "../../kernel/index.ts";
import { path as pathArgument, type Values } from "../../kernel/syscall/index.ts";
import { placed } from "../placed.ts";
import { type Answer, take } from "../replay.ts";
import type { Recorded } from "../run-vector.ts";
import { setUp } from "../set-up.ts";
import { setUpTask } from "../set-up-tasks.ts";
import { Labels, showRefusal } from "./answer.ts";
import { agentsIn, inNames, type Memory, newMemory, withPids } from "./command.ts";
import { AGENT_PROGRAM, agentTask, FIRST_NUMBER, MACHINE } from "./machine.ts";
import { whyNotReplayable } from "./not-replayable.ts";
import { profileOf } from "./policy.ts";
import { directoryLinkOf, type ProcFile, procFileOf, whyUnknown, withPid } from "./proc-path.ts";
import type { Script, ScriptStep } from "./script.ts";
import { call, type ScriptCall } from "./verb.ts";
import { readCommand } from "./verbs.ts";

/** A step that is not replayed, and why. */
export interface NamedStep {
  readonly step: ScriptStep;
  readonly reason: string;
}

/** What became of a script. */
export interface ScriptOutcome {
  /** Each step that answered otherwise: what was observed, what came, and why. */
  readonly failures: readonly string[];
  readonly named: readonly NamedStep[];
}

/** What one step told; a reason where it is not replayed. */
type Told = { readonly text: string; readonly answers: readonly Answer[] } | { readonly reason: string };

/** Make the steps of a script, one after the other, in a world of its machine, and compare what they tell. */
export function runScript(script: Script, engine: Engine): ScriptOutcome {
  const world = createWorld(engine, undefined, profileOf(script));
  const failures: string[] = [];
  const named: NamedStep[] = [];
  try {
    setUpMachine(world);
    for (const agent of firstAgents(script)) startAgent(world, agent);
    const memory = newMemory();
    const labels = new Labels();
    for (const step of script.steps) {
      const told = tell(world, step, script.policy, memory);
      if ("reason" in told) named.push({ step, reason: told.reason });
      else if (!labels.isSame(step.observed, told.text)) failures.push(...explain(step, told.text, told.answers));
    }
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    failures.push(error.message);
  } finally {
    freeWorld(world);
  }
  return { failures, named };
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

/** After these an agent makes itself dumpable again, as if it had just been started. */
const MAKES_DUMPABLE = /^(set|unshare|dropcaps)/;

function tell(world: World, step: ScriptStep, policy: string, memory: Memory): Told {
  const reason = whyNotReplayable(step.do.split(" ")[0] ?? "");
  if (reason !== null) return { reason };
  return placed(step.where, () => {
    if (memory.killed.has(step.agent)) return { reason: KILLED };
    const { verb, given } = readCommand(inNames(step.do, step.agent, memory));
    const procFile = (path: string) => procFileOf(path) ?? mountedProcFile(world, step.agent, path);
    const scene = { agent: step.agent, policy, memory, procFile };
    if (verb.withoutPid && isNumberedElsewhere(world, step.agent))
      return { text: `ret=-1 ${verb.withoutPid}`, answers: [] };
    const hidden = [...given.values()].map((path) => whyUnmodelled(path, memory)).find((why) => why !== null);
    if (hidden) return { reason: hidden };
    const calls = verb.calls(given, scene);
    if ("notModelled" in calls) return { reason: calls.notModelled };
    const answers: Answer[] = [];
    for (const one of calls) {
      const answer = make(world, step, one);
      answers.push(answer);
      if (!answer.verdict.ok) break;
    }
    if (step.do !== "exit" && !isRunning(world, step.agent)) {
      memory.killed.add(step.agent);
      return { reason: KILLED };
    }
    if (MAKES_DUMPABLE.test(step.do)) make(world, step, { call: "prctl", args: { op: "dumpable", v: 1 } });
    const last = answers.at(-1);
    if (last && !last.verdict.ok) return { text: showRefusal(last, calls[answers.length - 1]?.stage), answers };
    const values: readonly Values[] = answers.map(({ result }) => result);
    const text = verb.show(values, given, scene);
    return typeof text === "string" ? { text, answers } : { reason: text.notModelled };
  });
}

const KILLED = "the agent was killed, and answers nothing";

function isRunning({ tasks }: World, agent: string): boolean {
  return tasks.get(agent)?.isZombie === false;
}

/** Has the agent numbers of its own for processes, so that those of the initial pid namespace are nobody's there? */
function isNumberedElsewhere({ tasks, initPidNs }: World, agent: string): boolean {
  return tasks.get(agent)?.pidNs !== initPidNs;
}

/** The file of an agent that a path leads to in a procfs that was mounted. */
function mountedProcFile(world: World, agent: string, path: string): ProcFile | null {
  const task = world.tasks.get(agent);
  if (!task || !path.startsWith("/") || directoryLinkOf(path)) return null;
  const found = lookup(world, task, pathArgument.read(path, path, world), "nofollow");
  const shown = found.ok ? found.value.inode.superblock.processFile?.(found.value.inode) : null;
  return shown ? { agent: shown.process.name, file: shown.path } : null;
}

/** Why nothing can be told about a path: what it leads to is not modelled, or lies in a file system that is not. */
function whyUnmodelled(path: string, { unmodelled }: Memory): string | null {
  const unknown = whyUnknown(path);
  if (unknown !== null) return unknown;
  const inTree = path.replace(/^\/proc\/[a-z]\/root(?=\/)/, "");
  for (const [place, reason] of unmodelled) if (inTree === place || inTree.startsWith(`${place}/`)) return reason;
  return null;
}

/** Arguments of calls that are paths. */
const PATHS: readonly string[] = ["path", "to", "target", "source"];

function make(world: World, { agent, where }: Pick<ScriptStep, "agent" | "where">, { call, args }: ScriptCall): Answer {
  const pidOf = (name: string) => (world.tasks.get(name) ?? world.reaped.get(name))?.pid;
  const numbered = Object.entries(args).map(([key, value]) =>
    typeof value === "string"
      ? [key, PATHS.includes(key) ? withPid(value, pidOf) : withPids(value, pidOf)]
      : [key, value],
  );
  return take(world, { task: agent, call, args: Object.fromEntries(numbered), observed: null, where });
}

function explain({ where, agent, do: text, observed }: ScriptStep, got: string, answers: readonly Answer[]): string[] {
  const lines = [`${where}: ${agent} ${text}`, `  expected ${observed}`, `  got      ${got}`];
  const verdict = answers.at(-1)?.verdict;
  if (!verdict?.rule) return lines;
  const because = verdict.ok ? verdict.rule.sentence : `${textPlace(verdict, ": ")}${verdict.because}`;
  return [...lines, `  ${verdict.rule.name}: ${because}`];
}

/** A script, as something to replay; its tag is its policy. */
export function recordedScript(script: Script): Recorded {
  const vector = { id: script.id, tag: script.policy };
  return {
    ...vector,
    run: (engine) => {
      const { failures, named } = runScript(script, engine);
      if (failures.length > 0) return [{ vector, kind: "failed", lines: failures }];
      return [{ vector, kind: "passed", named: named.map(({ step, reason }) => `${step.do}: ${reason}`) }];
    },
  };
}
