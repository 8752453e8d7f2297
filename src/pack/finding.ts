/** What a finding is about. */
export type FindingKind =
  | "undecided"
  | "contradiction"
  | "split"
  | "overruled"
  | "unused"
  | "highest-id"
  | "owner"
  | "setuid"
  | "setgid"
  | "capability"
  | "writable"
  | "separation";

/** Something about a policy and a tree that somebody should know. */
export interface Finding {
  readonly kind: FindingKind;
  /** Must it not be? Otherwise it may be meant so. */
  readonly isBroken: boolean;
  /** The place in the policy: `policy.yaml:7:5`. */
  readonly where: string;
  /** The path that it is about; null: none by itself. */
  readonly path: string | null;
  readonly says: string;
}
