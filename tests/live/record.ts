/**
 * Record what the running kernel answers, in vectors that have no answers yet.
 *
 *   tsx tests/live/record.ts FILE…
 *
 * A file is a JSON array of vectors. One that has `observed` is left as it is, whatever the kernel says now. Answers of
 * the model that differ are printed; the recorded ones stay the kernel's, and the exit status is 1.
 */
import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Engine } from "../../src/core/engine.ts";
import { importVector, runVector } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { Agent, compileAgent } from "./agent.ts";
import { runLive } from "./run.ts";

/** A vector, with or without its answers. */
interface Line {
  readonly op: readonly unknown[];
  readonly observed?: readonly unknown[];
}

async function record(agent: Agent, line: Line, where: string): Promise<Line> {
  if (line.observed) return line;
  const [engine] = ENGINES;
  assert.ok(engine);
  const blank = importVector({ ...line, observed: line.op.map(() => ({})) }, where).scenario();
  const outcome = await runLive(agent, engine, blank);
  if (outcome.kind === "not run") throw new Error(`${where}: ${outcome.reason}`);
  const recorded = { ...line, observed: outcome.results };
  const differences = modelDifferences(recorded, where, engine);
  if (differences.length > 0) {
    console.log([where, ...differences].join("\n  "));
    process.exitCode = 1;
  }
  return recorded;
}

/** A model that breaks down answers otherwise too, and must not cost the kernel's answers. */
function modelDifferences(recorded: Line, where: string, engine: Engine): readonly string[] {
  try {
    const replayed = runVector(importVector(recorded, where), engine);
    return replayed.kind === "failed" ? replayed.lines : [];
  } catch (error) {
    return [`the model breaks down: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

const program = compileAgent();
assert.ok(program, "no C compiler");
const agent = new Agent(program, "mounts");
try {
  for (const file of process.argv.slice(2)) {
    const lines: unknown = JSON.parse(readFileSync(file, "utf8"));
    assert.ok(Array.isArray(lines), `${file}: expected an array of vectors`);
    const recorded: Line[] = [];
    for (const [index, line] of lines.entries()) recorded.push(await record(agent, line, `${file}[${index}]`));
    writeFileSync(`${file}.part`, `[\n${recorded.map((line) => JSON.stringify(line)).join(",\n")}\n]\n`);
    renameSync(`${file}.part`, file);
  }
} finally {
  await agent.end();
  rmSync(program.folder, { recursive: true });
}
