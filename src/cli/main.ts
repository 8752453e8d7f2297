#!/usr/bin/env node
import { UsernsError } from "../core/index.ts";
import { fileFault, isSystemError, reportFault } from "./fault.ts";
import { run } from "./program.ts";
import { processTerminal } from "./terminal.ts";
import { dropUnfinished } from "./whole-file.ts";

/** What a shell says of a program that SIGPIPE ended: the reader of the answer went away. */
const BROKEN_PIPE = 141;

const isBrokenPipe = (error: unknown): boolean => isSystemError(error) && error.code === "EPIPE";

const terminal = processTerminal();

process.stdout.on("error", (error) => {
  dropUnfinished();
  if (isBrokenPipe(error)) process.exit(BROKEN_PIPE);
  const fault = fileFault(error, "stdout", "a place that takes the whole answer");
  if (!(fault instanceof UsernsError)) throw error;
  process.exit(reportFault(fault, terminal, process.argv.includes("--json")));
});
// Nobody listens to the talk any more, or nobody can: the work goes on.
process.stderr.on("error", (error) => {
  if (!isSystemError(error)) throw error;
});

// A bug ends the process with its stack, and leaves no half of a file.
process.on("uncaughtExceptionMonitor", dropUnfinished);

process.exitCode = await run(process.argv.slice(2), terminal);
