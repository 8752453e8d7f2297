import type { Kuid64 } from "../core/kuid64.ts";
import type { OwnerKind } from "./user-namespace.ts";

/** From which id a task may change to which, by the policy of one kind. */
export interface SetidRule {
  readonly from: Kuid64;
  readonly to: Kuid64;
}

/** A policy, as it was written, and what it says; empty at the start. */
export interface SetidPolicy {
  readonly text: string;
  readonly rules: readonly SetidRule[];
}

export const NO_POLICY: SetidPolicy = { text: "", rules: [] };

/** The policies of the security module SafeSetID, by kind. */
export type SetidPolicies = { [K in OwnerKind]: SetidPolicy };
