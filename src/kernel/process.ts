import type { Cred } from "./cred.ts";

/** A process as far as others know it: what a pid namespace, a socket and a file's guard keep of a task. */
export interface Process {
  readonly name: string;
  readonly pid: number;
  readonly cred: Cred;
}

/** A file of a process in a procfs. */
export interface ProcessFile {
  readonly process: Process;
  /** Below its directory; `""` is the directory itself. */
  readonly path: string;
}
