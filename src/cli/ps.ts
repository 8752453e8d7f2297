import type { Command } from "commander";
import { kernelCalls, type Machine, readMachine } from "../live/index.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { psText } from "./ps-text.ts";
import type { Session } from "./session.ts";
import { answer, answerJson } from "./terminal.ts";

/** The `--json` of `userns ps`. */
export type PsAnswer = Machine;

/** `userns ps` */
export function addPsCommand(program: Command, session: Session): void {
  const command = program
    .command("ps")
    .summary("the user namespaces of this machine")
    .description(
      "The tree of user namespaces that processes are in: who made each, its maps, its\n" +
        "tasks, and mounts that are idmapped. What could not be seen is told.",
    )
    .option("--json", "answer as JSON")
    .action(async ({ json }: { readonly json?: true }) => {
      if (process.platform !== "linux") throw usageFault("ps", "Linux", process.platform);
      const machine = readMachine(await kernelCalls());
      if (json) await answerJson(session.terminal, machine satisfies PsAnswer);
      else await answer(session.terminal, psText(machine, session.terminal.colors));
    });
  addExamples(command, ["ps", "ps --json"]);
}
