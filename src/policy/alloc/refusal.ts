import type { ErrorCode, Fault } from "../../core/index.ts";

/** Why something is not done: an error of this code, should the caller ask for one. */
export interface LedgerRefusal extends Fault {
  readonly code: ErrorCode;
}
