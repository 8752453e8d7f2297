import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { quoted, UsernsError } from "../core/index.ts";
import { LINUX, type Profile, parseProfile } from "../kernel/index.ts";
import { USER_SPACE } from "../policy/index.ts";
import { importProposals, importRecorded, isProposalTables, type Outcome, type Recorded } from "../scenario/index.ts";
import { parseSource } from "../source/index.ts";
import { ENGINE_NAMES, isEngineName, startEngine } from "./engine-option.ts";
import { fileFault, usageFault } from "./fault.ts";
import { importPeers, isPeerSuite } from "./peers/import-peers.ts";

const USAGE = `usage: npm run vectors -- PATH… [--only ID-OR-TAG]… [--show N] [--engine NAME]

Replay recorded vectors, files or folders of them, and compare every answer.
  --only WORD  only vectors of this tag, or whose id begins so
  --show N     how many failures are shown in full (default 5)
  --engine E   wasm (default) or typescript
  --profile P  which kernel shall answer what Linux was asked (default ${LINUX.name})`;

/** Do something with a file; what the system says of it becomes bad input. */
function withFile<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new UsernsError("ERR_SCENARIO", { where: path, expected: "JSON", got: error.message }, { cause: error });
    throw fileFault(error, path, "a file or folder that can be read");
  }
}

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        only: { type: "string", multiple: true },
        show: { type: "string", default: "5" },
        engine: { type: "string", default: "wasm" },
        profile: { type: "string", default: LINUX.name },
      },
    });
  } catch (error) {
    // Its codes begin like this, and its messages say which option and why.
    const isWrongUse = error instanceof TypeError && "code" in error && /^ERR_PARSE_ARGS_/.test(String(error.code));
    throw isWrongUse ? usageFault("options", "those that the usage lists", error.message) : error;
  }
}

/** The vector files at a path: itself, or every .json below a folder. */
function filesAt(path: string): string[] {
  if (!withFile(path, () => statSync(path)).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isDirectory() || name.endsWith(".json"))
    .flatMap(filesAt);
}

/** @param profile  which kernel shall answer what Linux was asked; the other files say which they were asked of */
function vectorsIn(file: string, profile: Profile): readonly Recorded[] {
  const json: unknown = withFile(file, () => JSON.parse(readFileSync(file, "utf8")));
  if (isPeerSuite(json)) return importPeers(json);
  if (isProposalTables(json)) return importProposals(json, file, translationsBeside(file, json), USER_SPACE);
  return importRecorded(json, file, USER_SPACE, profile);
}

/** The files that ask the rows of each part: `A.yaml` beside the tables. */
function translationsBeside(file: string, json: unknown) {
  const parts = typeof json === "object" && json !== null ? Object.keys(json) : [];
  const paths = parts.map((part) => ({ part, path: join(dirname(file), `${part}.yaml`) }));
  return new Map(
    paths
      .filter(({ path }) => existsSync(path))
      .map(({ part, path }) => [
        part,
        parseSource(
          withFile(path, () => readFileSync(path, "utf8")),
          path,
        ),
      ]),
  );
}

async function main(): Promise<number> {
  const { values, positionals } = readOptions();
  if (positionals.length === 0) {
    console.error(USAGE);
    return 2;
  }
  const { only } = values;
  const profile = parseProfile(values.profile, "--profile");
  const isWanted = (vector: Recorded) =>
    !only || only.some((word) => vector.tag === word || vector.id.startsWith(word));
  const vectors = positionals
    .flatMap(filesAt)
    .flatMap((file) => vectorsIn(file, profile))
    .filter(isWanted);
  if (vectors.length === 0) {
    console.error(`no vectors in ${positionals.join(", ")}${only ? ` that are ${only.join(" or ")}` : ""}`);
    return 2;
  }
  if (!isEngineName(values.engine)) {
    console.error(`--engine: expected one of: ${ENGINE_NAMES.join(", ")} (got: ${JSON.stringify(values.engine)})`);
    return 2;
  }
  if (!/^\d{1,9}$/.test(values.show)) throw usageFault("--show", "a number of failures", quoted(values.show));
  const engine = await startEngine(values.engine);
  const outcomes = vectors.flatMap((vector) => vector.run(engine));
  report(outcomes, Number(values.show));
  return outcomes.some(({ kind }) => kind === "failed") ? 1 : 0;
}

/** @param shown  how many failures are printed in full */
function report(outcomes: readonly Outcome[], shown: number): void {
  const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome] : []));
  const skipped = outcomes.flatMap((outcome) => (outcome.kind === "skipped" ? [outcome] : []));
  for (const { vector, reason } of skipped) console.error(`skipped ${vector.id}: ${reason}`);
  for (const [index, { vector, lines }] of failed.entries()) {
    const header = `failed ${vector.id} (${vector.tag})`;
    console.log(index < shown ? [header, ...lines].join("\n  ") : header);
  }
  const prose = outcomes.flatMap((outcome) => (outcome.kind === "prose" ? [outcome] : []));
  for (const { vector, reason } of prose) console.error(`prose ${vector.id}: ${reason}`);
  const named = outcomes.flatMap((outcome) => (outcome.kind === "passed" ? (outcome.named ?? []) : []));
  for (const line of new Set(named)) console.error(`not replayed: ${line}`);
  const passed = outcomes.length - failed.length - skipped.length - prose.length;
  const beside = [
    ...(named.length > 0 ? [`; ${named.length} steps not replayed`] : []),
    ...(prose.length > 0 ? [`; ${prose.length} rows are prose`] : []),
  ];
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped${beside.join("")}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsernsError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
