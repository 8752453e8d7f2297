import type { CommanderError } from "commander";
import { type Fault, UsernsError } from "../core/index.ts";

/** What a message of commander's says: where, what was expected, what was found. */
interface Reading {
  readonly pattern: RegExp;
  readonly read: (first: string, second: string) => Omit<Fault, "fix">;
}

/** By the code of the error; the words in quotes in its message are all that the error carries besides. */
const READINGS: Readonly<Record<string, Reading>> = {
  "commander.missingArgument": {
    pattern: /argument '(.+)'/,
    read: (name) => ({ where: name.toUpperCase(), expected: "an argument", got: "none" }),
  },
  "commander.excessArguments": {
    pattern: /Expected (\d+) arguments? but got (\d+)/,
    read: (most, got) => ({ where: "arguments", expected: `at most ${most}`, got }),
  },
  "commander.unknownOption": {
    pattern: /option '(.+)'/,
    read: (flag) => ({ where: flag, expected: "an option of this command", got: flag }),
  },
  "commander.unknownCommand": {
    pattern: /command '(.+)'/,
    read: (name) => ({ where: name, expected: "a command", got: name }),
  },
  "commander.missingMandatoryOptionValue": {
    pattern: /option '(\S+).*'/,
    read: (flag) => ({ where: flag, expected: "this option, which the command cannot do without", got: "none" }),
  },
  "commander.optionMissingArgument": {
    pattern: /option '(\S+) ?(.*)'/,
    read: (flag, value) => ({ where: flag, expected: `${value} behind it`, got: "none" }),
  },
  "commander.invalidArgument": {
    pattern: /'(?:(?=-)(\S+).*)' argument '(.*)' is invalid/,
    read: (flag, got) => ({ where: flag, expected: "a value that it takes", got: JSON.stringify(got) }),
  },
  "commander.help": { pattern: /^/, read: () => ({ where: "userns", expected: "a command", got: "none" }) },
};

/** Where the help is, as it is told in words too. */
export const HELP_HINT = "userns COMMAND --help lists what it takes";

/** An error of the argument parser as wrong use of this command, for `--json`. */
export function commanderFault({ code, message }: CommanderError): UsernsError {
  const reading = READINGS[code];
  const match = reading?.pattern.exec(message);
  const said = match && reading?.read(match[1] ?? "", match[2] ?? "");
  const allowed = /Allowed choices are (.+)\.$/.exec(message)?.[1];
  const likely = /\(Did you mean (.+\?)\)/.exec(message)?.[1];
  return new UsernsError("ERR_USAGE", {
    where: said?.where ?? "userns",
    expected: allowed ? `one of: ${allowed}` : (said?.expected ?? "what its help lists"),
    got: said?.got ?? message.replace(/^error: /, ""),
    fix: likely ? `did you mean ${likely}` : HELP_HINT,
  });
}
