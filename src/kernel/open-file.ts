import type { Cred } from "./cred.ts";
import type { Path } from "./mount.ts";

/** A file that a task keeps open for writing: it stays with the credential of its opening. */
export interface OpenFile {
  readonly path: Path;
  readonly opener: Cred;
  position: number;
}
