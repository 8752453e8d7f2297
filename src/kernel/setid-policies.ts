import type { Kuid64 } from "../core/kuid64.ts";
import type { OwnerKind } from "./user-namespace.ts";

/** From which id a task may change to which, by the policy of one kind. */
export interface SetidRule {
  readonly from: Kuid64;
  readonly to: Kuid64;
}

/** The policies of the security module SafeSetID, by kind; none at the start. */
export type SetidPolicies = { [K in OwnerKind]: readonly SetidRule[] };
