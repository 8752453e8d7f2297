/** Mutants that no vector can kill, and why, in words. */
import reasons from "./known-survivors.json" with { type: "json" };

/** The reason of each, by its name. @throws for a name that is listed twice */
export function knownSurvivors(): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const [reason, names] of Object.entries(reasons))
    for (const name of names) {
      if (known.has(name)) throw new Error(`known-survivors.json has ${name} twice`);
      known.set(name, reason);
    }
  return known;
}
