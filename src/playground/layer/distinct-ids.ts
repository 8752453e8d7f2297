import type { IdTally } from "../../shift/index.ts";

/** The ids of several layers, each once: users and groups apart. */
export function distinctIds(layers: readonly (readonly IdTally[])[]): IdTally[] {
  const found = new Map<string, IdTally>();
  for (const tally of layers.flat()) {
    const key = `${tally.kind} ${tally.id}`;
    if (!found.has(key)) found.set(key, tally);
  }
  return [...found.values()];
}
