import { Command, CommanderError } from "commander";
import { UsernsError } from "../core/index.ts";
import { addAllocCommand } from "./alloc.ts";
import { addAskCommand } from "./ask.ts";
import { addCheckCommand } from "./check.ts";
import { commanderFault, HELP_HINT } from "./commander-fault.ts";
import { addConvertCommand } from "./convert.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addExplainCommand } from "./explain.ts";
import { reportFault } from "./fault.ts";
import { addFitCommand } from "./fit.ts";
import { addGetSubidsCommand } from "./getsubids.ts";
import { addHelpCommand } from "./help.ts";
import { addImageCommand } from "./image.ts";
import { addJobsCommand } from "./jobs.ts";
import { addLayerCommand } from "./layer.ts";
import { addMapCommand } from "./map.ts";
import { addNewFsidMapCommand } from "./new-fsid-map.ts";
import { addNewIdMapCommands } from "./new-id-map.ts";
import { addPackCommand } from "./pack.ts";
import { addPlaceCommand } from "./place.ts";
import { addPsCommand } from "./ps.ts";
import { addRunCommand } from "./run.ts";
import { addSchemaCommand } from "./schema.ts";
import { newSession, type Session } from "./session.ts";
import { addShiftCommand } from "./shift.ts";
import { EXIT, type Exit, type Terminal } from "./terminal.ts";
import { addTourCommand } from "./tour.ts";
import { addUnpackCommand } from "./unpack.ts";
import { addVerifyCommand } from "./verify.ts";
import { packageVersion } from "./version.ts";
import { addWhyCommand } from "./why.ts";
import { addWorkerCommand } from "./worker.ts";

/** One file a command. */
const COMMANDS: readonly ((program: Command, session: Session) => void)[] = [
  addMapCommand,
  addExplainCommand,
  addCheckCommand,
  addWhyCommand,
  addConvertCommand,
  addFitCommand,
  addNewIdMapCommands,
  addGetSubidsCommand,
  addNewFsidMapCommand,
  addRunCommand,
  addAskCommand,
  addSchemaCommand,
  addLayerCommand,
  addShiftCommand,
  addImageCommand,
  addPackCommand,
  addPlaceCommand,
  addUnpackCommand,
  addVerifyCommand,
  addWorkerCommand,
  addJobsCommand,
  addAllocCommand,
  addPsCommand,
  addDoctorCommand,
];

/**
 * Run the command with these arguments.
 *
 * @param args  without the interpreter and the script
 * @returns     what to exit with; wrong use and bad input are reported, a bug is thrown
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<Exit> {
  const session = newSession(terminal);
  const asJson = args.includes("--json");
  const program = new Command("userns")
    .description("Who an id really is: identity mapping for Linux user namespaces, mounts and image layers.")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      // As JSON the error says it all, on one line.
      writeErr: (text) => asJson || terminal.stderr.write(text),
    })
    .showHelpAfterError(`(${HELP_HINT})`)
    .helpCommand(false);
  for (const add of COMMANDS) add(program, session);
  addTourCommand(program, session, run);
  addHelpCommand(program, session);
  try {
    await program.parseAsync(args, { from: "user" });
    return session.exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.yes;
    if (error instanceof CommanderError) return asJson ? reportFault(commanderFault(error), terminal, true) : EXIT.bad;
    if (error instanceof UsernsError) return reportFault(error, terminal, asJson);
    throw error;
  }
}
