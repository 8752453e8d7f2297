import type { Engine, UsernsError } from "../../core/index.ts";
import { type RunScenario, runScenario, viewWorld, type WorldView } from "../../explain/index.ts";
import { SCENARIO_PROGRAMS } from "../../policy/index.ts";
import { inSource, loadScenario, replay, type Scenario } from "../../scenario/index.ts";
import { parseSource } from "../../source/index.ts";

/** A scenario that was replayed: its calls with their answers, and the world before the first and after each. */
export interface Replayed {
  readonly scenario: Scenario;
  readonly run: RunScenario;
  /** One more than there are calls. */
  readonly worlds: readonly WorldView[];
}

/** What scenarios are called in errors. */
const NAME = "scenario";

/** Read and replay a scenario, as `userns run` does. @throws UsernsError with `scenario:line:column` */
export function replayText(text: string, engine: Engine): Replayed {
  return inSource(parseSource(text, NAME), (json) => {
    const scenario = loadScenario(json, SCENARIO_PROGRAMS);
    const worlds: WorldView[] = [];
    const answers = replay(scenario, engine, SCENARIO_PROGRAMS, "answers", (world) => worlds.push(viewWorld(world)));
    return { scenario, run: runScenario(NAME, scenario, answers), worlds };
  });
}

/** The place in the text that a fault is about, both counted from 1; the first where it is about none. */
export function placeOf(fault: UsernsError): { readonly line: number; readonly column: number } {
  const [, line, column] = /^scenario:(\d+):(\d+)/.exec(fault.where) ?? [];
  return { line: Number(line ?? 1), column: Number(column ?? 1) };
}
