import { type Engine, quoted, UsernsError } from "../../core/index.ts";
import { createWorld, freeWorld, lookup, ROOT, textPlace, type World } from "../../kernel/index.ts";
import { path as pathArgument, type Values } from "../../kernel/syscall/index.ts";
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
import { call, type NotModelled, notModelled, type ScriptCall } from "./verb.ts";
import { readCommand } from "./verbs.ts";
import { type Given, scriptError, word } from "./words.ts";

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

/**
 * Make the steps of a script, one after the other, in a world of its machine, and compare what they tell. A step that makes
 * no sense fails, and those after it are made all the same.
 */
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
      const told = tellOrFail(world, step, script.policy, memory);
      if ("fault" in told) failures.push(told.fault);
      else if ("reason" in told) named.push({ step, reason: told.reason });
      else if (!labels.isSame(step.observed, told.text)) failures.push(...explain(step, told.text, told.answers));
    }
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

/** A step that makes no sense is told with where it stands. */
function tellOrFail(world: World, step: ScriptStep, policy: string, memory: Memory): Told | { readonly fault: string } {
  try {
    return tell(world, step, policy, memory);
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    const { code, expected, got, fix } = error;
    const fault = { where: `${step.where}.do`, expected, got: quoted(got) };
    return { fault: new UsernsError(code, fix === undefined ? fault : { ...fault, fix }).message };
  }
}

function tell(world: World, step: ScriptStep, policy: string, memory: Memory): Told {
  const reason = whyNotReplayable(step.do.split(" ")[0] ?? "");
  if (reason !== null) return { reason };
  if (memory.killed.has(step.agent)) return { reason: KILLED };
  const { verb, given } = readCommand(inNames(step.do, step.agent, memory));
  const procFile = (path: string) => procFileOf(path) ?? mountedProcFile(world, step.agent, path);
  const scene = { agent: step.agent, policy, memory, procFile };
  const called = verb.withoutPid ? processCalled(world, step.agent, word(given, "PID")) : null;
  if (called !== null && "notModelled" in called) return { reason: called.notModelled };
  if (called !== null && called.process === null) return { text: `ret=-1 ${verb.withoutPid}`, answers: [] };
  const meant = new Map([...fromRoot(given), ...(called === null ? [] : [["PID", called.process ?? ""] as const])]);
  const hidden = [...meant]
    .filter(([name]) => name !== "SRC" || !isMount(meant))
    .map(([, path]) => whyUnmodelled(path, memory))
    .find((why) => why !== null);
  if (hidden) return { reason: hidden };
  const calls = verb.calls(meant, scene);
  if ("notModelled" in calls) return { reason: calls.notModelled };
  const answers: Answer[] = [];
  for (const one of calls) {
    const answer = makeOrName(world, step, one);
    if ("notModelled" in answer) return { reason: answer.notModelled };
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
  const text = verb.show(values, meant, scene);
  return typeof text === "string" ? { text, answers } : { reason: text.notModelled };
}

const KILLED = "the agent was killed, and answers nothing";

function isRunning({ tasks }: World, agent: string): boolean {
  return tasks.get(agent)?.isZombie === false;
}

/** The words that are paths, whatever the command. */
const PATH_WORDS: readonly string[] = ["PATH", "DST", "OLD", "NEW", "FILE", "NSFILE", "TGT"];

/** Does the command mount something of a type? Its source is no path, or that of the disk. */
function isMount(given: Given): boolean {
  return given.has("TYPE");
}

/** What a command is given, with paths from the root directory, which every agent is in. */
function fromRoot(given: Given): Given {
  const isPath = (name: string) => PATH_WORDS.includes(name) || (name === "SRC" && !isMount(given));
  return new Map(
    [...given].map(([name, text]) => [name, isPath(name) && text !== "" && !text.startsWith("/") ? `/${text}` : text]),
  );
}

/**
 * The process that an agent calls by a word: by its name, which is its pid on the machine, or by a number. In a pid
 * namespace of its own an agent knows others by their numbers there, and those of the machine are nobody's.
 *
 * @returns null for a pid that is nobody's
 */
function processCalled(
  { tasks, initPidNs }: World,
  agent: string,
  called: string,
): { readonly process: string | null } | NotModelled {
  const own = tasks.get(agent)?.pidNs;
  const isNumber = /^-?\d+$/.test(called);
  if (!isNumber && !/^[a-z]$/.test(called)) throw scriptError("<pid of x>, or a number", called);
  if (isNumber && Number(called) <= 0) return notModelled("groups of processes are not modelled");
  if (own === undefined || own === initPidNs)
    return isNumber ? notModelled("which process has a pid on the machine is not known") : { process: called };
  const member = isNumber ? own.members[Number(called) - 1] : undefined;
  return { process: member?.name ?? null };
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

/**
 * Make a call, unless it is beyond the model. The words of the command were read: what the model still does not take is
 * something that Linux answers, and no rule here.
 */
function makeOrName(world: World, step: ScriptStep, one: ScriptCall): Answer | NotModelled {
  try {
    return make(world, step, one);
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    return notModelled(`beyond the model, which takes ${error.expected} (got ${error.got})`);
  }
}

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
