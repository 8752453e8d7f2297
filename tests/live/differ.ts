/**
 * Search random worlds for one that the running kernel answers otherwise than the model, and write down each, made small,
 * with the kernel's answers: vectors that are red until the rule is mended.
 *
 *   tsx tests/live/differ.ts OUT.json [--runs N] [--seed N] [NAME…]
 *
 * NAME: words in the names of kinds of worlds (random-worlds.ts); none: all kinds.
 */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { ENGINES } from "../suites/kernel-engines.ts";
import { Agent, compileAgent } from "./agent.ts";
import { compare, type RandomWorld } from "./random.ts";
import { RANDOM_WORLDS } from "./random-worlds.ts";
import { smaller } from "./shrink.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "300" }, seed: { type: "string", default: "1" } },
});
const [out, ...words] = positionals;
if (out === undefined) throw new Error("where to: expected a path");
const [seed, numRuns] = [Number(values.seed), Number(values.runs)];
const kinds = Object.entries(RANDOM_WORLDS).filter(
  ([name]) => words.length === 0 || words.some((word) => name.includes(word)),
);
const [engine] = ENGINES;
const program = compileAgent();
assert.ok(engine && program, "no C compiler");
const agent = new Agent(program, "mounts");

/** null where nothing answers otherwise, or it does not run. */
const difference = async (world: RandomWorld) => {
  const outcome = await compare(agent, engine, world);
  return outcome.kind === "different" ? outcome : null;
};

const shrink = async (world: RandomWorld) => {
  let least = world;
  for (const less of smaller(() => least)) if (await difference(less)) least = less;
  return least;
};

const vectors: string[] = [];
try {
  for (const [name, worlds] of kinds) {
    let tried = 0;
    const reasons = new Map<string, number>();
    for (const world of fc.sample(worlds, { seed, numRuns })) {
      tried++;
      const outcome = await compare(agent, engine, world);
      if (outcome.kind === "not run") reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
      if (outcome.kind !== "different") continue;
      const least = await shrink(world);
      const found = await difference(least);
      console.log([`${name} (${tried}): ${JSON.stringify(least)}`, ...(found?.lines ?? [])].join("\n  "));
      const { setup, op } = least;
      const id = `differs-${vectors.length + 1}`;
      vectors.push(JSON.stringify({ id, family: "found", tag: "differs", setup, op, observed: found?.results }));
      writeFileSync(out, `[\n${vectors.join(",\n")}\n]\n`);
    }
    const notRun = [...reasons].sort(([, a], [, b]) => b - a);
    console.log(`${name}: ${tried - notRun.reduce((sum, [, count]) => sum + count, 0)} of ${tried} ran`);
    for (const [reason, count] of notRun) console.log(`  ${count} not run: ${reason}`);
  }
} finally {
  await agent.end();
  rmSync(program.folder, { recursive: true });
}
