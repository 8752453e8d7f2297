import type { Capability } from "../kernel/index.ts";

/** What can be asked of a task and a file: what stat shows, or whether the task may do this to it. */
export const FILE_ASKS = ["stat", "read", "write", "exec", "create", "chown", "chmod", "unlink"] as const;
export type FileAsk = (typeof FILE_ASKS)[number];

/** Owners, as the disk keeps them, and permission bits. */
export interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** The capabilities of a program. */
export interface ProgramCaps {
  readonly names: readonly Capability[];
  /** The root id that the disk keeps beside them (version 3); null for none (version 2). */
  readonly rootId: number | null;
}

/** Who asks for what, of which file, whatever maps are on the way. */
export interface FileAsked {
  readonly ask: FileAsk;
  /** Is the mount nosuid? */
  readonly isNosuid: boolean;
  /** What else the mount does not let be done; left out: nothing. */
  readonly flags?: readonly ("ro" | "noexec")[];
  readonly task: FileTask;
  /** The directory that holds the file, or in which it is to be made. */
  readonly directory: Owned;
  /** The file; for `create` only its mode and type are asked for. */
  readonly file: Owned & { readonly type: "file" | "dir"; readonly caps: ProgramCaps | null };
  /** For chown: the new owners, as the task counts them; null leaves one alone. */
  readonly to: { readonly uid: number | null; readonly gid: number | null };
  /** For chmod. */
  readonly toMode: number;
}

/** Who asks: ids as counted in the innermost of its namespaces, and capabilities held there. */
export interface FileTask {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly caps: readonly Capability[];
  readonly noNewPrivs: boolean;
}
