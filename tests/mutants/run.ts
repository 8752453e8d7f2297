/**
 * Break each rule of src/kernel once and expect some recorded vector to go red.
 *
 *   tsx tests/mutants/run.ts [--all] [FILE…]
 *
 * Exits 1 when a mutant survives that known-survivors.json does not explain, or when a line there is out of date.
 *   --all   print every mutant, and the vector that killed it
 *   FILE    only mutants of these files, as `exec.ts` or `syscall/`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleMutants } from "./bundle.ts";
import { KNOWN_SURVIVORS } from "./known-survivors.ts";
import { type Mutant, nameOf } from "./mutate.ts";
import { type Fate, tryMutants, VECTOR_FILES } from "./trial.ts";

export interface Report {
  readonly fates: ReadonlyMap<Mutant, Fate>;
  /** Survivors that nothing explains. */
  readonly unexplained: readonly Mutant[];
  /** Names on the list of known survivors that no mutant has, or that a vector kills. */
  readonly outdated: readonly string[];
}

/**
 * @param only      parts of file names; none: all files
 * @param progress  told how many are done
 */
export async function runMutants(
  only: readonly string[],
  progress: (done: number, of: number) => void,
): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "userns-mutants-"));
  try {
    const bundle = join(folder, "worker.mjs");
    const all = await bundleMutants(bundle, "worker.ts");
    const mutants = all.filter(({ file }) => only.length === 0 || only.some((part) => file.includes(part)));
    let done = 0;
    const fates = await tryMutants(
      bundle,
      VECTOR_FILES,
      mutants,
      (mutant) => KNOWN_SURVIVORS.has(nameOf(mutant)),
      () => progress(++done, mutants.length),
    );
    const survivors = mutants.filter((mutant) => fates.get(mutant)?.kind !== "killed");
    const names = new Set(survivors.map(nameOf));
    const isAsked = (name: string) => only.length === 0 || only.some((part) => name.split(" ")[0]?.includes(part));
    return {
      fates,
      unexplained: survivors.filter((mutant) => !KNOWN_SURVIVORS.has(nameOf(mutant))),
      outdated: [...KNOWN_SURVIVORS.keys()].filter((name) => isAsked(name) && !names.has(name)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A line a file: how many mutants, how many of them killed, explained, unexplained. */
export function tableOf({ fates, unexplained }: Report): string {
  const rows = new Map<string, { all: number; killed: number; unexplained: number }>();
  for (const [mutant, { kind }] of fates) {
    const row = rows.get(mutant.file) ?? { all: 0, killed: 0, unexplained: 0 };
    row.all++;
    if (kind === "killed") row.killed++;
    if (unexplained.includes(mutant)) row.unexplained++;
    rows.set(mutant.file, row);
  }
  const line = (file: string, ...cells: readonly (string | number)[]) =>
    [file.padEnd(40), ...cells.map((cell) => String(cell).padStart(11))].join(" ");
  const body = [...rows]
    .sort()
    .map(([file, row]) =>
      line(
        file.replace("src/kernel/", ""),
        row.all,
        row.killed,
        row.all - row.killed - row.unexplained,
        row.unexplained,
      ),
    );
  return [line("", "mutants", "killed", "explained", "unexplained"), ...body].join("\n");
}

export function describe(mutant: Mutant, fate: Fate | undefined): string {
  const how =
    fate?.kind === "killed"
      ? `killed by ${fate.by}`
      : fate?.kind === "survived"
        ? `survived ${fate.tried} of the ${fate.reachedBy} vectors that come by`
        : "no vector comes by";
  return `line ${mutant.line}, ${nameOf(mutant)}: ${how}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { all: { type: "boolean" } } });
  const report = await runMutants(positionals, (done, of) => {
    if (done % 200 === 0) console.error(`${done} of ${of}`);
  });
  const listed = values.all ? [...report.fates.keys()] : report.unexplained;
  for (const mutant of listed) console.log(describe(mutant, report.fates.get(mutant)));
  for (const name of report.outdated) console.log(`out of date in known-survivors.json: ${name}`);
  console.log(tableOf(report));
  const fates = [...report.fates.values()];
  const killed = fates.filter(({ kind }) => kind === "killed").length;
  const { length: left } = report.unexplained;
  console.log(
    `${fates.length} mutants: ${killed} killed, ${fates.length - killed - left} explained, ${left} unexplained`,
  );
  if (left + report.outdated.length > 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await main();
