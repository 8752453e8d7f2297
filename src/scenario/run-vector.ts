import { type Engine, UsernsError } from "../core/index.ts";
import { textPlace } from "../kernel/index.ts";
import type { Vector } from "./import-vector.ts";
import { type Answer, replay } from "./replay.ts";

/** Families whose steps run programs of user space. Where none were handed in, they neither pass nor fail. */
const OF_USER_SPACE: readonly string[] = ["newidmap"];

/** What one recorded answer, or several, are called. */
interface Named {
  readonly id: string;
  readonly tag: string;
}

/** What was recorded and can be replayed: one vector, or many that share a world. */
export interface Recorded extends Named {
  readonly run: (engine: Engine) => readonly Outcome[];
}

/** What became of a vector. */
export type Outcome = {
  readonly vector: Named;
} /** With steps that no model can answer, each with its reason: they are neither right nor wrong. */ & (
  | { readonly kind: "passed"; readonly named?: readonly string[] }
  | { readonly kind: "skipped"; readonly reason: string }
  /** A row that says something which no call answers: it is named, and counts as nothing. */
  | { readonly kind: "prose"; readonly reason: string }
  /** Each step that differs: what was expected, what came, and why. Or why the vector could not be replayed. */
  | { readonly kind: "failed"; readonly lines: readonly string[] }
);

/** Replay one vector and compare every key of every step. A step that is not modelled fails the vector. */
export function runVector(vector: Vector, engine: Engine): Outcome {
  if (OF_USER_SPACE.includes(vector.family) && vector.userSpace === null)
    return { vector, kind: "skipped", reason: "it runs programs of user space, and none were handed in" };
  try {
    const lines = replay(vector.scenario(), engine, vector.userSpace).flatMap(explainDifferences);
    return lines.length === 0 ? { vector, kind: "passed" } : { vector, kind: "failed", lines };
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    return { vector, kind: "failed", lines: [error.message] };
  }
}

/** A recorded vector, as something to replay. */
export function recordedVector(vector: Vector): Recorded {
  return { id: vector.id, tag: vector.tag, run: (engine) => [runVector(vector, engine)] };
}

/** A step's differences from what was observed, and the rule that decided; empty when there are none. */
export function explainDifferences({ step, verdict, differences }: Answer): readonly string[] {
  if (differences.length === 0) return [];
  const because = verdict.ok ? verdict.rule?.sentence : `${textPlace(verdict, ": ")}${verdict.because}`;
  return [
    `${step.where}: ${step.task} ${step.call} ${JSON.stringify(step.args)}`,
    ...differences.map(({ key, expected, got }) => `  ${key}: expected ${show(expected)}, got ${show(got)}`),
    verdict.rule ? `  ${verdict.rule.name}: ${because}` : "  allowed by no rule in particular",
  ];
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
