import { type Engine, quoted, UsernsError } from "../../core/index.ts";
import { createWorld, freeWorld, lookup, textPlace, type World } from "../../kernel/index.ts";
import { path as pathArgument, type Values } from "../../kernel/syscall/index.ts";
import type { Answer } from "../replay.ts";
import type { Recorded } from "../run-vector.ts";
import { Labels, showRefusal } from "./answer.ts";
import { fromRoot, isMount, isPath, processCalled } from "./called.ts";
import { inNames, type Memory, newMemory } from "./command.ts";
import { whyPerhapsThere } from "./kernel-names.ts";
import { make, makeOrName } from "./make-call.ts";
import { whyNotReplayable } from "./not-replayable.ts";
import { profileOf } from "./policy.ts";
import { directoryLinkOf, isBuilt, type ProcFile, procFileOf, whyUnknown } from "./proc-path.ts";
import type { Script, ScriptStep } from "./script.ts";
import { startScript } from "./start.ts";
import type { NotModelled, ScriptCall } from "./verb.ts";
import { readCommand } from "./verbs.ts";
import { type Given, word } from "./words.ts";

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
    startScript(world, script);
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
  const { agent, do: text } = step;
  const silence = whySilent(world, step, memory);
  if (silence !== null) return { reason: silence };
  const { verb, given } = readCommand(inNames(text, agent, memory));
  const procFile = (path: string) => procFileOf(path) ?? mountedProcFile(world, agent, path);
  const called = verb.withoutPid ? processCalled(world, agent, word(given, "PID")) : null;
  if (called && "notModelled" in called) return { reason: called.notModelled };
  if (called?.process === null) return { text: `ret=-1 ${verb.withoutPid}`, answers: [] };
  const meant = new Map(asBuilt(fromRoot(given), procFile));
  if (called) meant.set("PID", called.process);
  const hidden = whyHidden(meant, memory);
  if (hidden !== null) return { reason: hidden };
  const scene = { agent, policy, memory, procFile };
  const calls = verb.calls(meant, scene);
  if ("notModelled" in calls) return { reason: calls.notModelled };
  const answers = makeAll(world, step, calls);
  if ("notModelled" in answers) return { reason: answers.notModelled };
  if (text !== "exit" && !isRunning(world, agent)) {
    memory.killed.add(agent);
    return { reason: KILLED };
  }
  if (MAKES_DUMPABLE.test(text)) make(world, step, { call: "prctl", args: { op: "dumpable", v: 1 } });
  const last = answers.at(-1);
  if (last && !last.verdict.ok) {
    const perhaps = last.verdict.errno === "ENOENT" ? perhapsThere(world, step, meant) : null;
    if (perhaps !== null) return { reason: perhaps };
    return { text: showRefusal(last, calls[answers.length - 1]?.stage), answers };
  }
  const values: readonly Values[] = answers.map(({ result }) => result);
  const shown = verb.show(values, meant, scene);
  return typeof shown === "string" ? { text: shown, answers } : { reason: shown.notModelled };
}

/** Why an agent says nothing to a step. */
function whySilent(world: World, { agent, do: text }: ScriptStep, memory: Memory): string | null {
  const reason = whyNotReplayable(text.split(" ")[0] ?? "");
  if (reason !== null) return reason;
  if (memory.killed.has(agent)) return KILLED;
  return isRunning(world, agent) ? null : "the agent has ended, and answers nothing";
}

/** The calls of a command, up to one that is refused. */
function makeAll(world: World, step: ScriptStep, calls: readonly ScriptCall[]): readonly Answer[] | NotModelled {
  const answers: Answer[] = [];
  for (const one of calls) {
    const answer = makeOrName(world, step, one);
    if ("notModelled" in answer) return answer;
    answers.push(answer);
    if (!answer.verdict.ok) break;
  }
  return answers;
}

/** A file of a process that the machine was built without is nothing in a procfs that was mounted, as in the machine's own. */
function asBuilt(given: Given, procFile: (path: string) => ProcFile | null): Given {
  return new Map(
    [...given].map(([name, text]) => {
      const proc = isPath(name, given) ? procFile(text) : null;
      return [name, proc && !isBuilt(proc) ? `/proc/${proc.agent}/${proc.file}` : text];
    }),
  );
}

/** Of a command that found nothing: why what it names may be there all the same. */
function perhapsThere(world: World, { agent }: ScriptStep, given: Given): string | null {
  const task = world.tasks.get(agent);
  const paths = [...given].filter(([name]) => isPath(name, given)).map(([, path]) => path);
  return (task && paths.map((path) => whyPerhapsThere(world, task, path)).find((why) => why !== null)) ?? null;
}

const KILLED = "the agent was killed, and answers nothing";

function isRunning({ tasks }: World, agent: string): boolean {
  return tasks.get(agent)?.isZombie === false;
}

/** The file of an agent that a path leads to in a procfs that was mounted. */
function mountedProcFile(world: World, agent: string, path: string): ProcFile | null {
  const task = world.tasks.get(agent);
  if (!task || !path.startsWith("/") || directoryLinkOf(path)) return null;
  const found = lookup(world, task, pathArgument.read(path, path, world), "nofollow");
  const shown = found.ok ? found.value.inode.superblock.processFile?.(found.value.inode) : null;
  return shown ? { agent: shown.process.name, file: shown.path } : null;
}

/** Why nothing can be told of what a command names. */
function whyHidden(given: Given, memory: Memory): string | null {
  const names = [...given].filter(([name]) => name !== "SRC" || !isMount(given));
  return names.map(([, path]) => whyUnmodelled(path, memory)).find((why) => why !== null) ?? null;
}

/** Why nothing can be told about a path: what it leads to is not modelled, or lies in a file system that is not. */
function whyUnmodelled(path: string, { unmodelled }: Memory): string | null {
  const unknown = whyUnknown(path);
  if (unknown !== null) return unknown;
  const inTree = path.replace(/^\/proc\/[a-z]\/root(?=\/)/, "");
  for (const [place, reason] of unmodelled) if (inTree === place || inTree.startsWith(`${place}/`)) return reason;
  return null;
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
