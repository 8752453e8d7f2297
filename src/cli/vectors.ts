import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Engine } from "../core/engine.ts";
import { UsernsError } from "../core/errors.ts";
import { temporaryEngine } from "../kernel/temporary-engine.ts";
import { importVector, type Vector } from "../scenario/import-vector.ts";
import { objectAt } from "../scenario/load.ts";
import { type Answer, replay } from "../scenario/replay.ts";

/** Families that no call is modelled of yet, and why. Their vectors neither pass nor fail. */
const NOT_MODELLED: { readonly [family: string]: string } = {
  newidmap: "newuidmap, newgidmap and getsubids are not modelled yet",
};

type Outcome = { readonly vector: string } & (
  | { readonly kind: "passed" }
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "failed"; readonly lines: readonly string[] }
);

/** Replay one vector and compare every step. */
export function runVector(vector: Vector, engine: Engine): Outcome {
  const reason = NOT_MODELLED[vector.family];
  if (reason !== undefined) return { vector: vector.id, kind: "skipped", reason };
  try {
    const lines = replay(vector.scenario(), engine).flatMap(showDifferences);
    return lines.length === 0 ? { vector: vector.id, kind: "passed" } : { vector: vector.id, kind: "failed", lines };
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    return { vector: vector.id, kind: "failed", lines: [error.message] };
  }
}

/** What differs, and which rule decided. */
function showDifferences({ step, verdict, differences }: Answer): string[] {
  if (differences.length === 0) return [];
  const made = `${step.where}: ${step.task} ${step.call} ${JSON.stringify(step.args)}`;
  const why = verdict.rule
    ? `  ${verdict.rule.name}: ${verdict.ok ? verdict.rule.sentence : verdict.because}`
    : "  no rule";
  return [
    made,
    ...differences.map(
      ({ key, expected, got }) => `  ${key}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`,
    ),
    why,
  ];
}

/** The vector files at a path: itself, or every .json below a folder. */
function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isDirectory() || name.endsWith(".json"))
    .flatMap(filesAt);
}

function vectorsIn(file: string): Vector[] {
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  const list: readonly unknown[] = Array.isArray(json) ? json : [objectAt(json, file)];
  return list.map((vector, index) => importVector(vector, `${file}[${index}]`));
}

const USAGE = "usage: npm run vectors -- PATH… [--only ID-OR-TAG]… [--show N]";

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: "string", multiple: true }, show: { type: "string", default: "5" } },
  });
  if (positionals.length === 0) {
    console.error(USAGE);
    return 2;
  }
  const { only } = values;
  const wanted = (vector: Vector) => !only || only.some((word) => vector.tag === word || vector.id.startsWith(word));
  const engine = temporaryEngine();
  const outcomes = positionals
    .flatMap(filesAt)
    .flatMap(vectorsIn)
    .filter(wanted)
    .map((vector) => runVector(vector, engine));
  report(outcomes, Number(values.show));
  return outcomes.some(({ kind }) => kind === "failed") ? 1 : 0;
}

/** @param show  how many failures are printed in full */
function report(outcomes: readonly Outcome[], show: number): void {
  const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome] : []));
  const skipped = outcomes.flatMap((outcome) => (outcome.kind === "skipped" ? [outcome] : []));
  for (const { vector, reason } of skipped) console.error(`skipped ${vector}: ${reason}`);
  for (const { vector, lines } of failed.slice(0, show)) console.log([`failed ${vector}`, ...lines].join("\n  "));
  for (const { vector } of failed.slice(show)) console.log(`failed ${vector}`);
  const passed = outcomes.length - failed.length - skipped.length;
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
}

process.exitCode = main();
