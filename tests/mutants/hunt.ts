/**
 * Search random worlds for what shows a mutant that no vector kills, and write them down as vectors without answers, for
 * tests/live/record.ts to ask the running kernel.
 *
 *   tsx tests/mutants/hunt.ts OUT.json [--runs N] [--seed N]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { bundleMutants } from "./bundle.ts";
import { KNOWN_SURVIVORS } from "./known-survivors.ts";
import type { Found, Hunt } from "./messages.ts";
import { nameOf } from "./mutate.ts";
import { runMutants } from "./run.ts";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: "string", default: "300" }, seed: { type: "string", default: "1" } },
  });
  const [out] = positionals;
  if (out === undefined) throw new Error("where to: expected a path");
  const { unexplained } = await runMutants([], () => {});
  const sought = new Set([...unexplained.map(nameOf), ...KNOWN_SURVIVORS.keys()]);
  const folder = mkdtempSync(join(tmpdir(), "userns-hunt-"));
  const bundle = join(folder, "hunt.mjs");
  const mutants = await bundleMutants(bundle, "hunt-worker.ts");
  const ids = mutants.filter((mutant) => sought.has(nameOf(mutant))).map(({ id }) => id);
  console.log(`${ids.length} mutants sought in ${values.runs} worlds of each kind, seed ${values.seed}`);
  const vectors: unknown[] = [];
  const worker = new Worker(bundle);
  worker.on("message", (told: Found | { readonly kind: "end" }) => {
    if (told.kind === "end") {
      writeFileSync(out, `[\n${vectors.map((vector) => JSON.stringify(vector)).join(",\n")}\n]\n`);
      rmSync(folder, { recursive: true });
      void worker.terminate();
      return;
    }
    const shown = mutants.filter(({ id }) => told.mutants.includes(id)).map(nameOf);
    console.log(`${told.name}: ${shown.join("; ")}`);
    const note = `${told.name}; guards ${[...new Set(shown.map((name) => name.split(": ")[0]))].join(", ")}`;
    vectors.push({ id: `found-${vectors.length + 1}`, family: "found", tag: "mutants", note, ...told.world });
  });
  worker.postMessage({ mutants: ids, seed: Number(values.seed), runs: Number(values.runs) } satisfies Hunt);
}

await main();
