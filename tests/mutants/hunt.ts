/**
 * Search random worlds for what shows a mutant that no vector kills, and write them down as vectors without answers, for
 * tests/live/record.ts to ask the running kernel.
 *
 *   tsx tests/mutants/hunt.ts OUT.json [--runs N] [--seed N] [--kind WORDS]… [NAME…]
 *
 * --kind: words in the names of kinds of worlds (tests/live/random-worlds.ts); none: all kinds.
 * NAME: of a mutant, or how it begins; none: all survivors, known or not.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bundleMutants } from "./bundle.ts";
import { nameOf } from "./mutate.ts";
import { tryMutants } from "./try-mutants.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    kind: { type: "string", multiple: true, default: [""] },
  },
});
const [out, ...wanted] = positionals;
if (out === undefined) throw new Error("where to: expected a path");

async function survivors(): Promise<readonly string[]> {
  const { fates } = await tryMutants({ only: [], progress: () => {} });
  return [...fates].filter(([, { kind }]) => kind === "survived").map(([mutant]) => nameOf(mutant));
}

const sought = wanted.length > 0 ? wanted : await survivors();
const { url, mutants } = await bundleMutants("hunt-worker.ts");
const ids = mutants.filter((mutant) => sought.some((name) => nameOf(mutant).startsWith(name))).map(({ id }) => id);
console.log(`${ids.length} mutants sought in ${values.runs} worlds of each kind, seed ${values.seed}`);
const { hunt }: typeof import("./hunt-worker.ts") = await import(url.href);
const vectors: string[] = [];
for (const { name, world, mutants: shown } of hunt(ids, Number(values.seed), Number(values.runs), values.kind)) {
  const names = mutants.filter(({ id }) => shown.includes(id)).map(nameOf);
  console.log(`${name}: ${names.join("; ")}`);
  const note = `${name}; guards ${[...new Set(names.map((shownName) => shownName.split(": ")[0]))].join(", ")}`;
  vectors.push(JSON.stringify({ id: `found-${vectors.length + 1}`, family: "found", tag: "mutants", note, ...world }));
  writeFileSync(out, `[\n${vectors.join(",\n")}\n]\n`);
}
