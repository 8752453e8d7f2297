import type { AppliedPolicy } from "./apply-policy.ts";
import { isAbout } from "./deciding-rules.ts";
import type { Finding } from "./finding.ts";
import type { Aspect, OwnershipPolicy, OwnershipRule } from "./policy.ts";

/**
 * What is odd about the rules of a policy, seen on a tree: owners that nobody decides and rules that contradict each
 * other, which must not be; rules that match nothing or decide nothing, which may be meant for another tree.
 */
export function ruleFindings(policy: OwnershipPolicy, applied: AppliedPolicy): Finding[] {
  return [
    ...undecidedFindings(policy, applied),
    ...contradictions(policy),
    ...splitFindings(policy, applied),
    ...idleRules(policy, applied),
  ];
}

function undecidedFindings({ name }: OwnershipPolicy, { undecided }: AppliedPolicy): Finding[] {
  return undecided.map((path) => ({
    kind: "undecided",
    isBroken: true,
    where: name,
    path,
    says: "no rule says which user and group own it",
  }));
}

/** Two rules for the same paths and types that say different things of one aspect: the order alone decides. */
function contradictions({ rules }: OwnershipPolicy): Finding[] {
  const found: Finding[] = [];
  const forSamePaths = new Map<string, OwnershipRule[]>();
  for (const later of rules) {
    const meant = meantPaths(later);
    const earlierOnes = forSamePaths.get(meant) ?? [];
    forSamePaths.set(meant, earlierOnes);
    for (const earlier of earlierOnes) {
      const aspects = differing(earlier, later);
      if (aspects.length === 0) continue;
      const says = `rule ${later.number} is about the same paths as rule ${earlier.number} and says another ${aspects.join(", ")}`;
      found.push({ kind: "contradiction", isBroken: true, where: later.where, path: null, says });
    }
    earlierOnes.push(later);
  }
  return found;
}

function meantPaths({ paths, types }: OwnershipRule): string {
  return JSON.stringify([[...paths.globs].sort(), types && [...types].sort()]);
}

function differing(a: OwnershipRule, b: OwnershipRule): readonly Aspect[] {
  return [...a.texts].filter(([aspect, text]) => (b.texts.get(aspect) ?? text) !== text).map(([aspect]) => aspect);
}

function splitFindings({ name }: OwnershipPolicy, { split }: AppliedPolicy): Finding[] {
  return split.map(([first, other]) => ({
    kind: "split",
    isBroken: true,
    where: name,
    path: other,
    says: `it is one file with ${first}, of which the rules say something else`,
  }));
}

function idleRules({ rules }: OwnershipPolicy, { manifest, decisions }: AppliedPolicy): Finding[] {
  const deciding = new Set([...new Set(decisions)].flatMap((decision) => [...decision.values()]));
  return rules.flatMap((rule): Finding[] => {
    if (deciding.has(rule)) return [];
    const isUsed = manifest.entries.some((entry) => isAbout(rule, entry));
    const says = isUsed ? "later rules say all that it says of every path that it matches" : "it matches no path";
    const kind = isUsed ? "overruled" : "unused";
    return [{ kind, isBroken: false, where: rule.where, path: null, says: `rule ${rule.number}: ${says}` }];
  });
}
