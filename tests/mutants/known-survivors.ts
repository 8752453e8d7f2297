/** Mutants that survive: those that no vector can kill, with the reason in words, and those that none kills yet. */
import reasons from "./known-survivors.json" with { type: "json" };
import notYetGuarded from "./not-yet-guarded.json" with { type: "json" };

/** The reason of what is no reason: a vector is wanted. */
export const NOT_YET_GUARDED = "No recorded vector guards this yet.";

/** The reason of each, by its name. @throws for a name that is listed twice */
export function knownSurvivors(): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const [reason, names] of [...Object.entries(reasons), [NOT_YET_GUARDED, notYetGuarded] as const])
    for (const name of names) {
      if (known.has(name)) throw new Error(`known-survivors.json has ${name} twice`);
      known.set(name, reason);
    }
  return known;
}
