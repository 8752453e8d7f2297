/** Every mutant on every recorded vector, row of the proposals and example scenario that it touches. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { parseSource } from "../../src/source/index.ts";
import { ALL_EXAMPLES } from "../scenario/examples.ts";
import { bundleMutants } from "./bundle.ts";
import { knownSurvivors } from "./known-survivors.ts";
import { type Mutant, nameOf } from "./mutate.ts";
import { refusedByCompiler } from "./refused.ts";
import type { Job, Trial, Tried } from "./worker.ts";

const FOLDERS = ["tests/vectors/linux-6.18", "tests/vectors/own", "tests/vectors/isolated"];
const LANES = 2;
/** Where the tables of the proposals are, and the translations of their rows. */
const PROPOSALS = "tests/vectors/proposals";
/** A worker that has said nothing for so long is stuck where no switch is asked. */
const PATIENCE_MS = 180_000;

/** What became of a mutant. One that no vector kills and that does not compile was never to be: nobody could write it. */
export type Fate = Trial | { readonly kind: "refused"; readonly by: string };

export interface Report {
  /** What became of each mutant; a run that was cut short has not tried them all. */
  readonly fates: ReadonlyMap<Mutant, Fate>;
  /** Survivors that nothing explains. */
  readonly unexplained: readonly Mutant[];
  /** Names on the list of known survivors that a vector kills or the compiler refuses, or that are no mutants. */
  readonly outdated: readonly string[];
}

export interface Options {
  /** Beginnings of names of mutants, which begin with their file below src/kernel; none: all. */
  readonly only: readonly string[];
  /** The files of vectors to try them on, alone; absent: all that there are. */
  readonly vectors?: readonly string[];
  /** Told after each mutant. */
  readonly progress: (done: number, of: number) => void;
  /** Cuts the run short. */
  readonly signal?: AbortSignal;
}

export async function tryMutants({ only, vectors, progress, signal }: Options): Promise<Report> {
  const known = knownSurvivors();
  const { url, mutants: all } = await bundleMutants("worker.ts");
  const isAsked = (name: string) => only.length === 0 || only.some((start) => name.startsWith(start));
  const asked = all.filter((mutant) => isAsked(nameOf(mutant)));
  const on = vectors ? { ...NOTHING, files: vectors } : everything();
  const trials = new Map<Mutant, Trial>();
  const lanes = Array.from({ length: LANES }, (_, lane) => asked.filter((_, index) => index % LANES === lane));
  await Promise.all(
    lanes.map((mutants) =>
      runLane(url, on, mutants, signal, (mutant, trial) => {
        trials.set(mutant, trial);
        progress(trials.size, asked.length);
      }),
    ),
  );
  return judge(compiled(trials), known, isAsked, all);
}

/** Asks the compiler about the survivors. */
function compiled(trials: ReadonlyMap<Mutant, Trial>): ReadonlyMap<Mutant, Fate> {
  const survivors = [...trials].filter(([, { kind }]) => kind === "survived").map(([mutant]) => mutant);
  const refused = [...refusedByCompiler(survivors)].map(([mutant, by]) => [mutant, { kind: "refused", by }] as const);
  return new Map<Mutant, Fate>([...trials, ...refused]);
}

function judge(
  fates: ReadonlyMap<Mutant, Fate>,
  known: ReadonlyMap<string, string>,
  isAsked: (name: string) => boolean,
  all: readonly Mutant[],
): Report {
  const guarded = new Set([...fates].filter(([, { kind }]) => kind !== "survived").map(([mutant]) => nameOf(mutant)));
  const names = new Set(all.map(nameOf));
  return {
    fates,
    unexplained: [...fates.keys()].filter((mutant) => !guarded.has(nameOf(mutant)) && !known.has(nameOf(mutant))),
    outdated: [...known.keys()].filter((name) => isAsked(name) && (guarded.has(name) || !names.has(name))),
  };
}

/** What mutants are tried on. */
type Ground = Omit<Job, "mutants">;

const NOTHING: Ground = { files: [], examples: [], tables: null, translations: [], isScripted: false };

function everything(): Ground {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(folder, name)),
  );
  const examples = ALL_EXAMPLES.map(({ name, json }) => ({ name, json }));
  return { files, examples, ...rowsOfProposals(), isScripted: true };
}

function rowsOfProposals(): Pick<Job, "tables" | "translations"> {
  const tables: unknown = JSON.parse(readFileSync(join(PROPOSALS, "tables.json"), "utf8"));
  const files = readdirSync(PROPOSALS).filter((name) => name.endsWith(".yaml"));
  const translations = files.map((file) => {
    const path = join(PROPOSALS, file);
    const { name, json } = parseSource(readFileSync(path, "utf8"), path);
    return [file.replace(".yaml", ""), name, json] as const;
  });
  return { tables, translations };
}

/** Have a worker try mutants one after the other. */
function runLane(
  url: URL,
  on: Ground,
  mutants: readonly Mutant[],
  signal: AbortSignal | undefined,
  told: (mutant: Mutant, trial: Trial) => void,
): Promise<void> {
  const job: Job = { ...on, mutants: mutants.map(({ id }) => id) };
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { workerData: job });
    let done = 0;
    const stuck = () => {
      const mutant = mutants[done];
      reject(new Error(`no answer about ${mutant ? nameOf(mutant) : "the end"} in ${PATIENCE_MS / 1000} s`));
      void worker.terminate();
    };
    let patience = setTimeout(stuck, PATIENCE_MS);
    signal?.addEventListener("abort", () => void worker.terminate());
    worker.on("message", ({ trial }: Tried) => {
      clearTimeout(patience);
      patience = setTimeout(stuck, PATIENCE_MS);
      const mutant = mutants[done++];
      if (mutant) told(mutant, trial);
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      clearTimeout(patience);
      resolve();
    });
  });
}
