import { fieldsOf, numberOf, textOf } from "../page/read-json.ts";

/** What the scenario part shows: everything that its link holds. */
export interface ScenarioState {
  /** The example that is shown: `linux/rootless-map`; empty where the text was changed. */
  readonly example: string;
  /** The scenario; empty while it is an example's. */
  readonly text: string;
  /** After how many calls the world is shown. */
  readonly step: number;
}

export const FIRST_SCENARIO: ScenarioState = { example: "linux/rootless-map", text: "", step: 0 };

/** @throws UsernsError ERR_USAGE for what is none */
export function readScenario(json: unknown): ScenarioState {
  const fields = fieldsOf(json, "scenario");
  return {
    example: textOf(fields, "example", ""),
    text: textOf(fields, "text", ""),
    step: numberOf(fields, "step", 0),
  };
}
