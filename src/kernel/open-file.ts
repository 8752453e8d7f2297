import type { Cred } from "./cred.ts";
import type { MountNamespace, Path } from "./mount.ts";

/** A file that a task keeps open for writing: it stays with the credential of its opening. */
export interface OpenFile {
  readonly path: Path;
  /** Whose copy of the mount it was opened through. */
  readonly mountNs: MountNamespace;
  readonly opener: Cred;
  position: number;
}
