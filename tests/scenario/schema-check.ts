/** The published schema, as a validator that knows nothing of this project reads it. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { SCENARIO_PROGRAMS } from "../../src/policy/index.ts";
import { scenarioSchema } from "../../src/scenario/index.ts";

/** Does a scenario, as JSON, conform to the schema? The schema itself is checked too: an unknown keyword throws. */
export function schemaCheck(): (scenario: unknown) => boolean {
  const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(scenarioSchema(SCENARIO_PROGRAMS));
  return (scenario) => validate(scenario) === true;
}
