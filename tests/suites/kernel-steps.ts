import type { Engine } from "../../src/core/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";

/** A step in short: the task, the call, its arguments. */
export type ShortStep = readonly [task: string, call: string, args: { readonly [key: string]: unknown }];

/** What a step answered: `ok`, or `errno` or `errno@stage`; and the rule that decided. */
export interface ShortAnswer {
  readonly answer: string;
  readonly rule: string | null;
  readonly values: { readonly [key: string]: unknown };
}

/** Make calls in a world that a scenario's setup describes, and say what each answered. */
export function answersOf(engine: Engine, setup: unknown, steps: readonly ShortStep[]): ShortAnswer[] {
  const scenario = loadScenario({
    version: 1,
    setup,
    steps: steps.map(([task, call, args]) => ({ task, call, ...args })),
  });
  return replay(scenario, engine).map(({ verdict, result }) => {
    const at = verdict.ok || verdict.stage === undefined ? "" : `@${verdict.stage}`;
    return {
      answer: verdict.ok ? "ok" : `${verdict.errno}${at}`,
      rule: verdict.rule?.name ?? null,
      values: result,
    };
  });
}
