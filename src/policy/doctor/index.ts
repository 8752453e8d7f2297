/** What is wrong with a machine's ids, from what was found out about it: findings with evidence, consequence and fix. */
import { Draft, type Patch } from "./draft.ts";
import { type Finding, worstFirst } from "./finding.ts";
import type { Host } from "./host.ts";
import { limitFindings } from "./limit-findings.ts";
import { loginDefsFindings } from "./login-defs-findings.ts";
import { mountFindings } from "./mount-findings.ts";
import { namespaceFindings } from "./namespace-findings.ts";
import { subidLineFindings } from "./subid-line-findings.ts";
import { subidUserFindings } from "./subid-user-findings.ts";
import { toolFindings } from "./tool-findings.ts";

export type { Patch } from "./draft.ts";
export type { Finding, FindingCode, Fix, Severity } from "./finding.ts";
export { freeRange, USUAL_COUNT } from "./free-range.ts";
export type { Host, HostFiles, HostMount, HostSystem, IdTool } from "./host.ts";
export { accountsOf } from "./host-accounts.ts";
export { IDMAP_TYPES, type IdmapAnswer, idmapAnswer } from "./idmap-support.ts";
export { LIMIT_NAMES, limitsThatRefuse } from "./limit-findings.ts";
export { mountOf } from "./mount-of-path.ts";
export { toolFindings } from "./tool-findings.ts";

/** What was found, the worst first. */
export interface Examination {
  readonly findings: readonly Finding[];
  /** All edits together, a file at a time; they can be applied as they are. */
  readonly patches: readonly Patch[];
  readonly unseen: readonly string[];
}

const CHECKS: readonly ((host: Host, draft: Draft) => readonly Finding[])[] = [
  // First: what later fixes hand out comes from where it says.
  loginDefsFindings,
  subidLineFindings,
  subidUserFindings,
  toolFindings,
  limitFindings,
  mountFindings,
  namespaceFindings,
];

/**
 * Look a machine over.
 *
 * What could not be seen is never guessed at: a check that needs it finds nothing, and `unseen` says why.
 */
export function examine(host: Host): Examination {
  const draft = new Draft(host.files);
  const findings = worstFirst(CHECKS.flatMap((check) => check(host, draft)));
  return { findings, patches: draft.patches(), unseen: host.unseen };
}
