import type { InodeType } from "../kernel/index.ts";
import type { ManifestEntry } from "../manifest/index.ts";
import type { Aspect, OwnershipRule } from "./policy.ts";

/** The rule that decides each aspect of a path; an aspect that no rule decides is not in it. */
export type Decision = ReadonlyMap<Aspect, OwnershipRule>;

/** What is decided by the rules so far, and what further ones make of that. */
interface Decided {
  readonly decision: Decision;
  readonly after: Map<OwnershipRule, Decided>;
}

/**
 * Decides by rules, in their order: the last one that says something of an aspect counts.
 *
 * Paths that the same rules are about share one decision: a tree has far more paths than a policy has ways to decide.
 */
export class DecidingRules {
  readonly #rules: readonly OwnershipRule[];
  readonly #undecided = new Map<InodeType, Decided>();

  constructor(rules: readonly OwnershipRule[]) {
    this.#rules = rules;
  }

  decisionFor(entry: ManifestEntry): Decision {
    let decided: Decided = this.#undecided.get(entry.type) ?? { decision: new Map(), after: new Map() };
    this.#undecided.set(entry.type, decided);
    for (const rule of this.#rules) if (isAbout(rule, entry)) decided = decidedBy(rule, decided, entry.type);
    return decided.decision;
  }
}

function decidedBy(rule: OwnershipRule, before: Decided, type: InodeType): Decided {
  const known = before.after.get(rule);
  if (known) return known;
  const decision = new Map(before.decision);
  for (const aspect of rule.texts.keys()) if (isMeaningful(aspect, type)) decision.set(aspect, rule);
  const decided: Decided = { decision, after: new Map() };
  before.after.set(rule, decided);
  return decided;
}

/** Does the rule match the entry? */
export function isAbout({ paths, types }: OwnershipRule, { path, type }: ManifestEntry): boolean {
  return (types === null || types.has(type)) && paths.has(path);
}

/**
 * Symbolic links have no mode, ACL and capability of their own, only files have capabilities, only folders default ACLs:
 * rules say nothing of the others.
 */
function isMeaningful(aspect: Aspect, type: InodeType): boolean {
  if (aspect === "user" || aspect === "group") return true;
  if (aspect === "capability") return type === "file";
  if (aspect === "defaultAcl") return type === "dir";
  return type !== "symlink";
}
