import { EXIT, type Exit, type Terminal } from "./terminal.ts";

/** One run of the command: where it reads and writes, and what it will exit with. */
export interface Session {
  readonly terminal: Terminal;
  exit: Exit;
}

export function newSession(terminal: Terminal): Session {
  return { terminal, exit: EXIT.yes };
}
