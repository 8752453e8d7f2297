/** Searches random worlds for one in which a mutant answers otherwise. Bundled with the mutated model. */
import fc from "fast-check";
import { initSync } from "../../src/core/index.ts";
import { importVector, replay } from "../../src/scenario/index.ts";
import type { RandomWorld } from "../live/random.ts";
import { RANDOM_WORLDS } from "../live/random-worlds.ts";
import { smaller } from "../live/shrink.ts";
import { runBroken, runWhole } from "./switch.ts";

/** A world, made small, in which these mutants answer otherwise. */
export interface Found {
  /** Of which kind it is. */
  readonly name: string;
  readonly world: RandomWorld;
  readonly mutants: readonly number[];
}

const engine = initSync();

/** All answers, as text; null where the world makes no sense. */
function answers({ setup, op }: RandomWorld): string | null {
  const vector = { id: "hunt", family: "hunt", tag: "hunt", setup, op, observed: op.map(() => ({})) };
  try {
    return JSON.stringify(replay(importVector(vector, "$").scenario(), engine).map(({ result }) => result));
  } catch {
    return null;
  }
}

function isSeen(world: RandomWorld, mutant: number): boolean {
  const { came, differing } = runWhole(() => answers(world));
  if (came === null || !differing.has(mutant)) return false;
  const broken = runBroken(mutant, () => answers(world));
  return broken !== null && broken !== came;
}

function shrink(world: RandomWorld, mutant: number): RandomWorld {
  let least = world;
  for (const less of smaller(() => least)) if (isSeen(less, mutant)) least = less;
  return least;
}

/** Search `runs` random worlds of each kind with one of these words in its name for what shows one of these mutants. */
export function* hunt(
  mutants: readonly number[],
  seed: number,
  runs: number,
  words: readonly string[],
): Generator<Found> {
  const alive = new Set(mutants);
  const kinds = Object.entries(RANDOM_WORLDS).filter(([name]) => words.some((word) => name.includes(word)));
  for (const [name, worlds] of kinds)
    for (const world of fc.sample(worlds, { seed, numRuns: runs })) {
      const { differing } = runWhole(() => answers(world));
      for (const mutant of mutants) {
        if (!alive.has(mutant) || !differing.has(mutant) || !isSeen(world, mutant)) continue;
        const least = shrink(world, mutant);
        const seen = [...alive].filter((id) => isSeen(least, id));
        for (const id of seen) alive.delete(id);
        yield { name, world: least, mutants: seen };
      }
    }
}
