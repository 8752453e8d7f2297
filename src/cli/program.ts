import { Command, CommanderError } from "commander";
import { UsernsError } from "../core/index.ts";
import { addExplainCommand } from "./explain.ts";
import { reportFault } from "./fault.ts";
import { addMapCommand } from "./map.ts";
import { newSession, type Session } from "./session.ts";
import { EXIT, type Exit, type Terminal } from "./terminal.ts";
import { packageVersion } from "./version.ts";

/** One file a command. */
const COMMANDS: readonly ((program: Command, session: Session) => void)[] = [addMapCommand, addExplainCommand];

/**
 * Run the command with these arguments.
 *
 * @param args  without the interpreter and the script
 * @returns     what to exit with; wrong use and bad input are reported, a bug is thrown
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<Exit> {
  const session = newSession(terminal);
  const program = new Command("userns")
    .description("Who an id really is: identity mapping for Linux user namespaces, mounts and image layers.")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .showHelpAfterError("(userns COMMAND --help lists what it takes)");
  for (const add of COMMANDS) add(program, session);
  try {
    await program.parseAsync(args, { from: "user" });
    return session.exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.bad;
    if (error instanceof UsernsError) return reportFault(error, terminal, args.includes("--json"));
    throw error;
  }
}
