/** Tries mutants on recorded vectors. Bundled with the mutated model, and run as a worker. */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { initSync } from "../../src/core/index.ts";
import { DELEGATION_TOOLS, SCENARIO_PROGRAMS, USER_SPACE } from "../../src/policy/index.ts";
import {
  explainDifferences,
  importProposals,
  importRecorded,
  loadScenario,
  type Recorded,
  recordedScript,
  replay,
} from "../../src/scenario/index.ts";
import { writtenScripts } from "../suites/written-scripts.ts";
import { runBroken, runWhole } from "./switch.ts";

/** What a worker is given. */
export interface Job {
  /** Paths of files of vectors. */
  readonly files: readonly string[];
  /** Example scenarios: a name for each, and what its file holds. */
  readonly examples: readonly { readonly name: string; readonly json: unknown }[];
  /** The tables of the proposals, or null for none, and by part what asks their rows of the model: the name of the file, and what it holds. */
  readonly tables: unknown;
  readonly translations: readonly (readonly [part: string, name: string, json: unknown])[];
  /** Are the written scripts of isolated namespaces tried too? */
  readonly isScripted: boolean;
  /** Ids of the mutants to try. */
  readonly mutants: readonly number[];
}

/** What became of a mutant: the vector that went red, or how many stayed green in which it made some difference. */
export type Trial =
  | { readonly kind: "killed"; readonly by: string }
  | { readonly kind: "survived"; readonly of: number };

/** What a worker says, once for each mutant, in turn. */
export interface Tried {
  readonly mutant: number;
  readonly trial: Trial;
}

const engine = initSync();

function vectorsIn(file: string): readonly Recorded[] {
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  return importRecorded(json, file, DELEGATION_TOOLS);
}

/** A scenario as something recorded: it says itself what its steps answer. */
function exampleOf(name: string, json: unknown): Recorded {
  const scenario = loadScenario(json, SCENARIO_PROGRAMS);
  const vector = { id: name, tag: name };
  const run: Recorded["run"] = (on) => {
    const lines = replay(scenario, on, SCENARIO_PROGRAMS).flatMap(explainDifferences);
    return [lines.length === 0 ? { vector, kind: "passed" } : { vector, kind: "failed", lines }];
  };
  return { ...vector, run };
}

/** The rows of the proposals' tables. */
function rowsIn({ tables: json, translations }: Job): readonly Recorded[] {
  const files = translations.map(([part, name, text]) => [part, { name, json: text, placeOf: () => null }] as const);
  if (json === null) return [];
  return importProposals(json, "tables", new Map(files), USER_SPACE);
}

/** A model that breaks down over a vector differs from the kernel too. */
function isRed(vector: Recorded): boolean {
  try {
    return vector.run(engine).some(({ kind }) => kind !== "passed");
  } catch {
    return true;
  }
}

/** Which vectors each mutant makes a difference in, though not always to an answer. */
function touchedBy(vectors: readonly Recorded[]): ReadonlyMap<number, readonly Recorded[]> {
  const touched = new Map<number, Recorded[]>();
  for (const vector of vectors) {
    const { came, differing } = runWhole(() => isRed(vector));
    if (came) throw new Error(`${vector.id} is red with nothing broken`);
    for (const mutant of differing) {
      const list = touched.get(mutant);
      if (list) list.push(vector);
      else touched.set(mutant, [vector]);
    }
  }
  return touched;
}

/** One vector of each tag before the second of any: what is alike is alike killed. */
function inTurn(vectors: readonly Recorded[]): readonly Recorded[] {
  const counts = new Map<string, number>();
  const turns = vectors.map((vector) => {
    const turn = counts.get(vector.tag) ?? 0;
    counts.set(vector.tag, turn + 1);
    return { vector, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ vector }) => vector);
}

function tryOn(mutant: number, vectors: readonly Recorded[]): Trial {
  const red = inTurn(vectors).find((vector) => runBroken(mutant, () => isRed(vector)));
  return red ? { kind: "killed", by: red.id } : { kind: "survived", of: vectors.length };
}

const job: Job = workerData;
const { files, examples, mutants } = job;
const touched = touchedBy([
  ...files.flatMap(vectorsIn),
  ...examples.map(({ name, json }) => exampleOf(name, json)),
  ...rowsIn(job),
  ...(job.isScripted ? writtenScripts().map(recordedScript) : []),
]);
for (const mutant of mutants)
  parentPort?.postMessage({ mutant, trial: tryOn(mutant, touched.get(mutant) ?? []) } satisfies Tried);
