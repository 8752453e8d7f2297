import type { Engine } from "../core/index.ts";
import {
  type Capability,
  capName,
  type Denied,
  namesOf,
  type OwnerKind,
  type Rule,
  SETGID,
  SETUID,
} from "../kernel/index.ts";
import { readCapSet } from "../kernel/syscall/index.ts";
import { type Answer, replay, type Scenario } from "../scenario/index.ts";
import type { Explanation } from "./explain.ts";
import type { FileAsked } from "./file-asked.ts";
import { checksOf, distinctWays, type FileCheck, toExplanation } from "./file-check.ts";
import { diskRoute, type FileQuestion, fileScenario, ownerRoute, taskRoute } from "./file-question.ts";
import { FILE_STEPS } from "./file-scenario.ts";
import { waysInto } from "./file-ways.ts";

/** What stat shows, or a disk keeps. */
export interface Owners {
  readonly uid: number;
  readonly gid: number;
  /** In octal. */
  readonly mode: string;
}

/** Who a task is after execve, as it counts ids itself. */
export interface Became {
  readonly uid: number;
  readonly gid: number;
  /** The effective capabilities. */
  readonly caps: readonly Capability[];
}

/** What the model answers to a question, and the ways and rule that it comes from. */
export interface FileAnswer {
  /** Was the call taken, and had it the effect that it was made for? */
  readonly ok: boolean;
  /** Null where the call was taken. */
  readonly refusal: {
    readonly errno: Denied["errno"];
    /** Which system call said no, of several. */
    readonly call: string | null;
    readonly because: string;
  } | null;
  /** The rule that decided; null where none did in particular. */
  readonly rule: Rule | null;
  /** What stat shows the task once it is done; null where there is no file, or nothing was done. */
  readonly shown: Owners | null;
  /** What the disk keeps then. */
  readonly kept: Owners | null;
  /** Only for exec. */
  readonly became: Became | null;
  /** What was asked for and did not come, though the call was taken. */
  readonly lacks: readonly string[];
  /** What the call asked on its way, in order. Where it was refused, the last is the check that failed. */
  readonly checks: readonly FileCheck[];
  /** Every way that an id took: the task's, the file's, those of the call. */
  readonly ways: readonly Explanation[];
}

/**
 * Ask the model: set the world up, make the call, and say what came of it.
 *
 * @throws UsernsError as {@link fileScenario}, and ERR_SCENARIO for a namespace that its parent does not hold
 */
export function askFile(question: FileQuestion, engine: Engine): FileAnswer {
  const into = waysInto(question, {
    ofTask: (kind) => taskRoute(question, kind),
    ...(question.fsMaps ? { ofOwner: (kind) => ownerRoute(question, kind) } : {}),
    ofDisk: (kind) => diskRoute(question, kind),
  });
  return answerTo(question, fileScenario(question), into, engine);
}

/**
 * Ask the model a question in a world.
 *
 * @param scenario  of {@link fileScenarioIn}
 * @param into      the ways that the question's ids took into the kernel, before anything was asked
 */
export function answerTo(
  question: FileAsked,
  scenario: Scenario,
  into: readonly Explanation[],
  engine: Engine,
): FileAnswer {
  const answers = replay(scenario, engine, null, "checks");
  const at = (step: keyof typeof FILE_STEPS): Answer => {
    const found = answers[FILE_STEPS[step]];
    if (!found) throw new Error(`no ${step} among the steps of a question`);
    return found;
  };
  const { verdict } = at("call");
  const shown = verdict.ok ? ownersOf(at("after")) : null;
  const before = ownersOf(at("before"));
  const became = verdict.ok && question.ask === "exec" && question.file.type === "file" ? becameOf(at("creds")) : null;
  const told = verdict.ok ? [at("before"), at("call"), at("after")] : [at("before"), at("call")];
  const ways = distinctWays([...into, ...told.flatMap((answer) => answer.ways.map(toExplanation))]);
  const lacks = verdict.ok ? lacksOf(question, at("before"), before, became) : [];
  return {
    ok: verdict.ok && lacks.length === 0,
    refusal: verdict.ok ? null : { errno: verdict.errno, call: verdict.stage ?? null, because: verdict.because },
    rule: verdict.rule ?? null,
    shown,
    kept: verdict.ok ? ownersOf(at("kept"), shown?.mode) : null,
    became,
    lacks,
    checks: checksOf(at("call"), ways),
    ways,
  };
}

/** @param otherwise  the mode, where the answer has none */
function ownersOf({ verdict }: Answer, otherwise?: string): Owners | null {
  if (!verdict.ok) return null;
  const { uid, gid, mode = otherwise } = verdict.value;
  return typeof uid === "number" && typeof gid === "number" && typeof mode === "string" ? { uid, gid, mode } : null;
}

function becameOf({ verdict }: Answer): Became | null {
  if (!verdict.ok) return null;
  const { uid, gid, caps } = verdict.value;
  if (typeof caps !== "object" || caps === null || !("eff" in caps)) throw new Error("creds answers capability sets");
  return {
    uid: idAt(uid, EFFECTIVE),
    gid: idAt(gid, EFFECTIVE),
    caps: namesOf(readCapSet(caps.eff, "creds.caps.eff")),
  };
}

/** The place of the effective id among the four. */
const EFFECTIVE = 1;

function idAt(ids: unknown, index: number): number {
  const id: unknown = Array.isArray(ids) ? ids[index] : undefined;
  if (typeof id !== "number") throw new Error("creds answers four ids of each kind");
  return id;
}

/** What a call was made for and did not get: an owner with a number, the ids and capabilities of a program. */
function lacksOf(question: FileAsked, before: Answer, seen: Owners | null, became: Became | null): string[] {
  const unmapped = before.ways.filter((way) => !toExplanation(way).isMapped).map(({ kind }) => kind);
  if (question.ask === "stat") return [...new Set(unmapped)].map((kind) => `a number for the ${kind}`);
  if (!became || !seen) return [];
  const { mode, caps } = question.file;
  const isTaken = (kind: OwnerKind) => !unmapped.includes(kind) && became[kind] === seen[kind];
  const missing = caps?.names.filter((name) => !became.caps.includes(name)) ?? [];
  return [
    ...((mode & SETUID) !== 0 && !isTaken("uid") ? ["the file's owner as effective user"] : []),
    ...((mode & SETGID) !== 0 && !isTaken("gid") ? ["the file's group as effective group"] : []),
    ...missing.map(capName),
  ];
}
