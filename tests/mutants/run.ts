/**
 * Break each rule of src/kernel once and expect some recorded vector to go red.
 *
 *   npm run test:mutants -- [--all] [--on VECTORS]… [NAME…]
 *
 * Exits 1 when a mutant survives that compiles and that known-survivors.json does not explain, or when a line there is
 * out of date.
 *   --all   list every survivor with its reason, and what killed the others
 *   --on    try them on this file of vectors and on nothing else; what lists say of them is not judged
 *   NAME    only mutants whose names begin so: of a file of src/kernel, as `exec.ts` or `syscall/`, or of a function in
 *           it, as `exec.ts setidOf`
 */
import { parseArgs } from "node:util";
import { knownSurvivors, NOT_YET_GUARDED } from "./known-survivors.ts";
import { type Mutant, nameOf } from "./mutate.ts";
import { type Fate, type Report, tryMutants } from "./try-mutants.ts";

/** A line a file: how many mutants, how many of them killed, refused by the compiler, explained, unexplained. */
export function tableOf({ fates, unexplained }: Report): string {
  const rows = new Map<string, { all: number; killed: number; refused: number; unexplained: number }>();
  for (const [mutant, { kind }] of fates)
    for (const name of [mutant.file, TOTAL]) {
      const row = rows.get(name) ?? { all: 0, killed: 0, refused: 0, unexplained: 0 };
      row.all++;
      if (kind !== "survived") row[kind]++;
      if (unexplained.includes(mutant)) row.unexplained++;
      rows.set(name, row);
    }
  const line = (name: string, ...cells: readonly (string | number)[]) =>
    [name.padEnd(30), ...cells.map((cell) => String(cell).padStart(11))].join(" ");
  const body = [...rows]
    .sort(([a], [b]) => Number(a === TOTAL) - Number(b === TOTAL) || a.localeCompare(b))
    .map(([name, { all, killed, refused, unexplained }]) =>
      line(name, all, killed, refused, all - killed - refused - unexplained, unexplained),
    );
  return [line("src/kernel/", "mutants", "killed", "refused", "explained", "unexplained"), ...body].join("\n");
}
const TOTAL = "in all";

/** Where a mutant is, what it changes, and what became of it. */
export function describe(mutant: Mutant, fate: Fate | undefined): string {
  const { file, line, inside, from, what } = mutant;
  return `src/kernel/${file}:${line} ${inside}: ${from} → ${what}\n  ${fate ? showFate(fate) : "not tried"}`;
}

function showFate(fate: Fate): string {
  if (fate.kind === "survived") return `survives the ${fate.of} vectors that it touches`;
  return fate.kind === "killed" ? `killed by ${fate.by}` : `does not compile: ${fate.by}`;
}

/** On a terminal one line that changes; elsewhere a line for each tenth. */
function progress(done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} mutants${done === of ? "\n" : ""}`);
  else if (Math.floor((done * 10) / of) > Math.floor(((done - 1) * 10) / of)) console.error(`${done} of ${of} mutants`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { all: { type: "boolean" }, on: { type: "string", multiple: true } },
  });
  const interrupt = new AbortController();
  process.once("SIGINT", () => {
    process.exitCode = 130;
    interrupt.abort();
  });
  const report = await tryMutants({
    only: positionals,
    ...(values.on ? { vectors: values.on } : {}),
    progress,
    signal: interrupt.signal,
  });
  const known = knownSurvivors();
  for (const [mutant, fate] of report.fates) {
    if (!values.all && !report.unexplained.includes(mutant)) continue;
    console.log(describe(mutant, fate));
    const reason = fate.kind === "survived" && known.get(nameOf(mutant));
    if (reason) console.log(`  ${reason}`);
  }
  for (const name of report.outdated) console.log(`out of date in known-survivors.json: ${name}`);
  console.log(tableOf(report));
  const open = [...known.values()].filter((reason) => reason === NOT_YET_GUARDED).length;
  console.log(`${open} of the explained are breaks that no recorded vector guards yet (not-yet-guarded.json)`);
  if (interrupt.signal.aborted) console.log("interrupted: not all were tried");
  else if (report.unexplained.length + report.outdated.length > 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await main();
