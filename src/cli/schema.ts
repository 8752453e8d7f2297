import type { Command } from "commander";
import { SCENARIO_PROGRAMS } from "../policy/index.ts";
import { scenarioSchema } from "../scenario/index.ts";
import { addExamples } from "./help-examples.ts";
import type { Session } from "./session.ts";
import { answerJson } from "./terminal.ts";

export function addSchemaCommand(program: Command, session: Session): void {
  const command = program
    .command("schema")
    .summary("the JSON Schema of scenarios")
    .description(
      "Print the JSON Schema (2020-12) of what userns run reads, for editors and\ncheckers. Names that a scenario defines, and maps that a kernel would refuse,\nare found by userns run alone.",
    )
    .option("--json", "the schema is JSON either way")
    .action(() => answerJson(session.terminal, scenarioSchema(SCENARIO_PROGRAMS)));
  addExamples(command, ["schema >scenario.schema.json", "schema --json"]);
}
