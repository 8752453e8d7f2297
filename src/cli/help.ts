import type { Command } from "commander";
import { usageFault } from "./fault.ts";

/** `userns help layer lint`: what `userns layer lint --help` prints. */
export function addHelpCommand(program: Command): void {
  program
    .command("help")
    .summary("the help of a command")
    .description("Print the help of a command: what --help behind it prints.")
    .argument("[command...]", "its name; of a command of another, both")
    .action((names: readonly string[]) => commandOf(program, names).outputHelp());
}

function commandOf(program: Command, names: readonly string[]): Command {
  return names.reduce((command, name) => {
    const found = command.commands.find((one) => one.name() === name);
    if (found) return found;
    const known = command.commands.map((one) => one.name()).join(", ");
    throw usageFault("help", known === "" ? `nothing after ${command.name()}` : `one of: ${known}`, name);
  }, program);
}
