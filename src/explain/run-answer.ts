import type { Engine } from "../core/index.ts";
import { type Deviation, deviationsOf, type Rule } from "../kernel/index.ts";
import type { Values } from "../kernel/syscall/index.ts";
import type { Answer, Difference, Scenario } from "../scenario/index.ts";
import { type Explanation, explain } from "./explain.ts";

/** The `--json` of `userns run`. */
export interface RunAnswer {
  /** Is every answer that is expected the one that came? True also where nothing is expected. */
  readonly ok: boolean;
  readonly engine: Engine["name"];
  readonly scenarios: readonly RunScenario[];
}

/** One file, replayed. */
export interface RunScenario {
  /** As it was named; `stdin` for `-`. */
  readonly file: string;
  readonly title: string | null;
  readonly profile: string;
  /** Where the profile differs from the newest revision of what it adds to Linux; empty for Linux. */
  readonly deviations: readonly Deviation[];
  readonly calls: readonly RunCall[];
  /** How many calls have an expected answer, and how many of these answered otherwise. */
  readonly expected: number;
  readonly different: number;
}

/** One call and what came of it. */
export interface RunCall {
  /** From 1. */
  readonly number: number;
  /** The JSON path of the step. */
  readonly where: string;
  readonly task: string;
  readonly call: string;
  readonly args: Values;
  /** `{ok: true, …}` or `{errno, at?}`, as `observed` is written. */
  readonly answer: Values;
  /** The rule that decided; null where the call succeeded by no rule in particular. */
  readonly rule: Rule | null;
  /** What a refusing rule met here: ids, names, numbers; null where the call succeeded. */
  readonly because: string | null;
  readonly expected: Values | null;
  /** Key by key; `expected` or `got` is not there where the key is not. */
  readonly differences: readonly Difference[];
  /** The way of each id that the answer tells, and of each that came to nothing. */
  readonly ids: readonly Explanation[];
  /** Places in the call where the kernel modelled would have stopped for good. */
  readonly bugs: readonly string[];
}

/** What replaying a scenario gave, as JSON. */
export function runScenario(file: string, scenario: Scenario, answers: readonly Answer[]): RunScenario {
  const { title = null, profile } = scenario;
  const calls = answers.map(runCall);
  return {
    file,
    title,
    profile: profile.name,
    deviations: deviationsOf(profile),
    calls,
    expected: calls.filter(({ expected }) => expected !== null).length,
    different: calls.filter(({ differences }) => differences.length > 0).length,
  };
}

function runCall({ step, verdict, result, differences, translations, bugs }: Answer, index: number): RunCall {
  return {
    number: index + 1,
    where: step.where,
    task: step.task,
    call: step.call,
    args: step.args,
    answer: result,
    rule: verdict.rule ?? null,
    because: verdict.ok ? null : verdict.because,
    expected: step.observed,
    differences,
    ids: translations.map(({ kind, route, from }) => explain(kind, route, from)),
    bugs,
  };
}
