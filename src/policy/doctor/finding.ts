/** How bad a finding is: something is refused or taken over; something will surprise; good to know. */
export type Severity = "error" | "warning" | "note";

/** What makes a finding go away. */
export type Fix =
  /** A line of a file is another (`to`), is new (`from` null); the patch of the whole examination holds it. */
  | { readonly kind: "edit"; readonly path: string; readonly from: string | null; readonly to: string }
  /** A line for a shell, as root. */
  | { readonly kind: "command"; readonly line: string }
  /** What no line can do, in a sentence. */
  | { readonly kind: "by-hand"; readonly what: string };

/** One thing that is wrong with a machine, or that its users should know. */
export interface Finding {
  /** Stable: `subid-overlap`. */
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is so, in a sentence. */
  readonly what: string;
  /** Where it stands: `/etc/subuid:3: ben:100000:65536`. */
  readonly evidence: readonly string[];
  /** What comes of it. */
  readonly consequence: string;
  /** In the order in which to do them; none where a person has to decide. */
  readonly fixes: readonly Fix[];
}

export type FindingCode =
  | "subid-line-unreadable"
  | "subid-overlap"
  | "subid-covers-account"
  | "subid-unknown-owner"
  | "subid-one-kind"
  | "subid-too-few"
  | "subid-none"
  | "subid-beyond-ids"
  | "login-defs-unreadable"
  | "login-defs-over-accounts"
  | "tool-missing"
  | "tool-without-rights"
  | "tool-nosuid"
  | "namespaces-off"
  | "namespaces-restricted"
  | "mount-not-idmappable"
  | "namespaces-share-ids"
  | "namespace-over-accounts";

const ORDER: readonly Severity[] = ["error", "warning", "note"];

/** The worst first; what is alike stays in order. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
