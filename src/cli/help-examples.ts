import type { Command } from "commander";

/** Put examples behind the help of a command: what is typed after `userns`, one a line; each option has its place in one. */
export function addExamples(command: Command, lines: readonly string[]): void {
  command.addHelpText("after", ["", "Examples:", ...lines.map((line) => `  userns ${line}`)].join("\n"));
}
