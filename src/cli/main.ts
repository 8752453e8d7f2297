#!/usr/bin/env node
import { isSystemError } from "./fault.ts";
import { run } from "./program.ts";
import { processTerminal } from "./terminal.ts";
import { dropUnfinished } from "./whole-file.ts";

/** What a shell says of a program that SIGPIPE ended: the reader of the answer went away. */
const BROKEN_PIPE = 141;

const isBrokenPipe = (error: unknown): boolean => isSystemError(error) && error.code === "EPIPE";

process.stdout.on("error", (error) => {
  if (!isBrokenPipe(error)) throw error;
  dropUnfinished();
  process.exit(BROKEN_PIPE);
});
// Nobody listens to the talk any more: the work goes on.
process.stderr.on("error", (error) => {
  if (!isBrokenPipe(error)) throw error;
});

process.exitCode = await run(process.argv.slice(2), processTerminal());
