/** Every rule of src/kernel is guarded: broken once, it changes the answer of some recorded vector. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, tableOf } from "./run.ts";
import { tryMutants } from "./try-mutants.ts";

test("each rule of the kernel, broken, turns a recorded vector red, or known-survivors.json says why not", async (t) => {
  const report = await tryMutants({ only: [], progress: () => {} });
  for (const line of tableOf(report).split("\n")) t.diagnostic(line);
  const survivors = report.unexplained.map((mutant) => describe(mutant, report.fates.get(mutant)));
  assert.deepEqual(survivors, [], "survivors that nothing explains");
  assert.deepEqual(report.outdated, [], "known survivors that a vector kills, or that are no mutants");
  assert.ok(report.fates.size >= 2000, `${report.fates.size} mutants`);
});
