import type { Command } from "commander";
import { usageFault } from "./fault.ts";
import { HELP_TOPICS, helpTopic } from "./help-topics.ts";
import type { Session } from "./session.ts";
import { answer } from "./terminal.ts";

/** `userns help overflow-id`: a word, on one screen. `userns help layer lint`: what `userns layer lint --help` prints. */
export function addHelpCommand(program: Command, { terminal }: Session): void {
  const topics = HELP_TOPICS.map(({ name }) => name).join(", ");
  program
    .command("help")
    .summary("the help of a command, or what a word means")
    .description(
      `Print the help of a command: what --help behind it prints. Or what a word means,\non one screen: ${topics}.`,
    )
    .argument("[names...]", "a command's name, of a command of another both; or a word")
    .action(async (names: readonly string[]) => {
      const [name, more] = names;
      const topic = name === undefined || more !== undefined ? null : helpTopic(name);
      if (topic) await answer(terminal, topic.text);
      else commandOf(program, names).outputHelp();
    });
}

function commandOf(program: Command, names: readonly string[]): Command {
  return names.reduce((command, name) => {
    const found = command.commands.find((one) => one.name() === name);
    if (found) return found;
    const known = command.commands.map((one) => one.name());
    const words = command === program ? HELP_TOPICS.map((topic) => topic.name) : [];
    const all = [...known, ...words].join(", ");
    throw usageFault("help", all === "" ? `nothing after ${command.name()}` : `one of: ${all}`, name);
  }, program);
}
