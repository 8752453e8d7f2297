/** Mutants that no vector kills, and why: most can be seen by no call; the last two reasons of the list are gaps. */
import why from "./known-survivors.json" with { type: "json" };

/** Why a mutant survives, by its name. */
export const KNOWN_SURVIVORS: ReadonlyMap<string, string> = new Map(
  Object.entries(why).flatMap(([reason, names]) =>
    names.map((name): [string, string] => [`src/kernel/${name}`, reason]),
  ),
);
