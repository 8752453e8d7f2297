/** Every mutant against the recorded vectors that reach it. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Lane } from "./lane.ts";
import type { Mutant } from "./mutate.ts";

/** What became of a mutant. */
export type Fate =
  /** A vector went red, or its replay did not end. */
  | { readonly kind: "killed"; readonly by: string }
  /** No vector noticed. */
  | { readonly kind: "survived"; readonly reachedBy: number; readonly tried: number }
  /** No vector comes by. */
  | { readonly kind: "unreached" };

const FOLDERS = ["tests/vectors/linux-6.18", "tests/vectors/own"];
/** Vectors of all families whose steps are calls of the kernel. */
export const VECTOR_FILES: readonly string[] = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.startsWith("7_"))
    .map((name) => join(folder, name)),
);

/** How long a mutant's vectors may take together; a replay that has not answered {@link GRACE_MS} later never will. */
const BOX_MS = 8000;
/** One that is known to survive is looked at so long, for a sign that it no longer does. */
const KNOWN_BOX_MS = 250;
const GRACE_MS = 8000;
const LANES = 2;

interface Reach {
  readonly id: string;
  readonly tag: string;
  readonly mutants: ReadonlySet<number>;
}

/** Replay every vector as it is. @throws when one is red before anything is broken */
async function reachOf(lane: Lane): Promise<readonly Reach[]> {
  const reaches: Reach[] = [];
  for (;;) {
    const told = await lane.ask({ kind: "reach", vector: reaches.length }, 60_000);
    if (told?.kind === "end") return reaches;
    if (told?.kind !== "reached") throw new Error(`vector ${reaches.length}: no answer`);
    if (told.isRed) throw new Error(`${told.id} is red with nothing broken`);
    reaches.push({ id: told.id, tag: told.tag, mutants: new Set(told.mutants) });
  }
}

/** The vectors that reach a mutant, one of each tag before the second of any. */
function inTurn(mutant: number, reaches: readonly Reach[]): readonly number[] {
  const seen = new Map<string, number>();
  return [...reaches.keys()]
    .filter((index) => reaches[index]?.mutants.has(mutant))
    .map((index) => {
      const tag = reaches[index]?.tag ?? "";
      const turn = seen.get(tag) ?? 0;
      seen.set(tag, turn + 1);
      return { index, turn };
    })
    .sort((a, b) => a.turn - b.turn)
    .map(({ index }) => index);
}

async function fateOf(lane: Lane, { id }: Mutant, vectors: readonly number[], timeMs: number): Promise<Fate> {
  if (vectors.length === 0) return { kind: "unreached" };
  const told = await lane.ask({ kind: "break", mutant: id, vectors, timeMs }, timeMs + GRACE_MS);
  if (told?.kind === "green") return { kind: "survived", reachedBy: vectors.length, tried: told.tried };
  return { kind: "killed", by: told?.kind === "red" ? told.id : "a replay that does not end" };
}

/**
 * Break every rule once.
 *
 * @param files     vector files
 * @param isKnown   is the mutant known to survive?
 * @param progress  told after each mutant
 */
export async function tryMutants(
  bundle: string,
  files: readonly string[],
  mutants: readonly Mutant[],
  isKnown: (mutant: Mutant) => boolean,
  progress: () => void,
): Promise<ReadonlyMap<Mutant, Fate>> {
  const lanes = Array.from({ length: LANES }, () => new Lane(bundle, files));
  const fates = new Map<Mutant, Fate>();
  try {
    const [first] = lanes;
    if (!first) throw new Error("no lane");
    const reaches = await reachOf(first);
    const left = [...mutants];
    await Promise.all(
      lanes.map(async (lane) => {
        for (let mutant = left.shift(); mutant; mutant = left.shift()) {
          const fate = await fateOf(lane, mutant, inTurn(mutant.id, reaches), isKnown(mutant) ? KNOWN_BOX_MS : BOX_MS);
          fates.set(mutant, fate);
          progress();
        }
      }),
    );
    return fates;
  } finally {
    for (const lane of lanes) await lane.end();
  }
}
