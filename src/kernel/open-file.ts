import type { Cred } from "./cred.ts";

/** An open descriptor of something that is not a file on disk. Each user of it adds a variant by its own file's type. */
export interface OpenFile {
  /** The credential that opened it: what the file's own checks ask for, whoever uses the descriptor later. */
  readonly opener: Cred;
  readonly of: unknown;
}
