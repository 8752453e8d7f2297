import { type Engine, UsernsError } from "../../core/index.ts";
import { scenarioError, type UserSpace, type Values } from "../../kernel/syscall/index.ts";
import { replay } from "../replay.ts";
import type { Outcome, Recorded } from "../run-vector.ts";
import { inSource, type Source } from "../source.ts";
import { valuesIn } from "./expected-value.ts";
import { readTables, type TableRow } from "./table.ts";
import { inRow, readTranslations, type Translated, type Translation } from "./translation.ts";

/**
 * Read the tables of proposals: one vector a row. What a row expects is read in the table alone; how it is asked of the
 * model stands in the translations of its part. A row without one is skipped, a row of prose is named as such.
 *
 * @param where         what errors call the tables
 * @param translations  by the letter of a part, the file that asks its rows
 * @param programs     the programs that steps may run
 * @throws UsernsError ERR_SCENARIO with the place in the file
 */
export function importProposals(
  json: unknown,
  where: string,
  translations: ReadonlyMap<string, Source>,
  programs: UserSpace | null = null,
): readonly Recorded[] {
  const rows = readTables(json, where);
  const ids = new Set(rows.map(({ id }) => id));
  const read = [...translations].flatMap(([part, source]) =>
    inSource(source, (file) => {
      const ofPart = [...readTranslations(file, programs)];
      const [unknown] = ofPart.find(([id]) => !ids.has(id) || !id.startsWith(part)) ?? [];
      if (unknown !== undefined) throw scenarioError(`$.rows.${unknown}`, `a row of part ${part}`, unknown);
      return ofPart.map(([id, translation]) => ({ id, translation, source }));
    }),
  );
  return rows.map((row): Recorded => {
    const found = read.find(({ id }) => id === row.id);
    const run = (engine: Engine) => [outcomeOf(row, found?.translation, found?.source, engine, programs)];
    return { id: row.id, tag: row.part, run };
  });
}

function outcomeOf(
  row: TableRow,
  translation: Translation | undefined,
  source: Source | undefined,
  engine: Engine,
  programs: UserSpace | null,
): Outcome {
  const vector = { id: row.id, tag: row.part };
  if (!translation || !source) return { vector, kind: "skipped", reason: `not yet modelled: ${row.scenario}` };
  if (translation.kind === "prose") return { vector, kind: "prose", reason: translation.why };
  try {
    const lines = inSource(source, () => differences(row, translation, engine, programs));
    return lines.length === 0 ? { vector, kind: "passed" } : { vector, kind: "failed", lines };
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    return { vector, kind: "failed", lines: [error.message] };
  }
}

/** What a row expects and the model does not answer; first the row itself. */
function differences(row: TableRow, translated: Translated, engine: Engine, programs: UserSpace | null): string[] {
  const at = `$.rows.${row.id}`;
  const { reads, answers } = translated;
  const values = valuesIn(row.expected, reads, answers.length, `${at}.reads`);
  const asked = `${row.scenario} (${row.basis})`;
  if (!values) return [asked, `expected words as in ${JSON.stringify(reads)}, got ${JSON.stringify(row.expected)}`];
  const results = new Map<string, readonly Values[]>();
  for (const [name, load] of translated.worlds) {
    const scenario = load();
    const answered = inRow(at, () => replay(scenario, engine, programs));
    results.set(
      name,
      answered.map(({ result }) => result),
    );
  }
  const differing = answers.flatMap((check, index) => check(values[index] ?? "", results) ?? []);
  return differing.length === 0 ? [] : [asked, `expects ${row.expected}`, ...differing];
}
