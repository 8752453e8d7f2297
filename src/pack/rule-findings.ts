import { type AppliedPolicy, isAbout } from "./apply-policy.ts";
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
  return rules.flatMap((later, index) =>
    rules.slice(0, index).flatMap((earlier) => {
      const aspects = isForSamePaths(earlier, later) ? differing(earlier, later) : [];
      return aspects.length === 0
        ? []
        : [
            {
              kind: "contradiction",
              isBroken: true,
              where: later.where,
              path: null,
              says: `rule ${later.number} is about the same paths as rule ${earlier.number} and says another ${aspects.join(", ")}`,
            } as const,
          ];
    }),
  );
}

function isForSamePaths(a: OwnershipRule, b: OwnershipRule): boolean {
  const meant = ({ paths, types }: OwnershipRule) =>
    JSON.stringify([[...paths.globs].sort(), types && [...types].sort()]);
  return meant(a) === meant(b);
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
  const deciding = new Set([...decisions.values()].flatMap((decision) => [...decision.values()]));
  return rules.flatMap((rule): Finding[] => {
    if (deciding.has(rule)) return [];
    const isUsed = manifest.entries.some((entry) => isAbout(rule, entry));
    const says = isUsed ? "later rules say all that it says of every path that it matches" : "it matches no path";
    const kind = isUsed ? "overruled" : "unused";
    return [{ kind, isBroken: false, where: rule.where, path: null, says: `rule ${rule.number}: ${says}` }];
  });
}
