import type { Command } from "commander";
import { fittingMaps, scanTar, type TarOwners, unmappedIn } from "../shift/index.ts";
import { type LayerInput, openLayer } from "./layer-input.ts";
import { loadMaps, MAP_HELP } from "./map-option.ts";
import { ownerTable } from "./owner-table.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";
import { type UnmappedAnswer, unmappedAnswer, unmappedLines } from "./unmapped.ts";

/** The `--json` of `userns layer owners`. */
export interface LayerOwnersAnswer extends TarOwners {
  readonly layer: string;
  readonly compression: LayerInput["compression"];
}

/** The `--json` of `userns layer lint`. */
export interface LayerLintAnswer extends UnmappedAnswer {
  readonly layer: string;
  readonly entries: number;
  /** How many ids there are, users and groups apart. */
  readonly ids: number;
}

interface LintOptions {
  readonly map: string;
  readonly gidMap?: string;
  readonly reverse?: true;
  readonly json?: true;
}

export function addLayerCommand(program: Command, session: Session): void {
  const layer = program.command("layer").description("Look at the owners in an image layer: a tar, plain or packed.");
  layer
    .command("owners")
    .description("List every user and group id: what it owns, and where ACLs and file capabilities name it.")
    .argument("<file>", "the layer; - for stdin")
    .option("--json", "answer as JSON")
    .action(async (file: string, options: { readonly json?: true }) => {
      session.exit = await runOwners(file, options.json === true, session.terminal);
    });
  layer
    .command("lint")
    .description("List the ids that a map cannot hold, and the smallest map that would. Exit 1 when there are any.")
    .argument("<file>", "the layer; - for stdin")
    .requiredOption("--map <map>", `the id map: ${MAP_HELP}`)
    .option("--gid-map <map>", "the map of groups, if it is another")
    .option("--reverse", "the layer's owners are kernel ids, to be taken back inside")
    .option("--json", "answer as JSON")
    .action(async (file: string, options: LintOptions) => {
      session.exit = await runLint(file, options, session.terminal);
    });
}

async function scan(file: string, terminal: Terminal): Promise<{ input: LayerInput; owners: TarOwners }> {
  const input = await openLayer(file, terminal);
  const owners = await withProgress(input, terminal, () => scanTar(input.tar, { name: input.where }));
  return { input, owners };
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

async function runOwners(file: string, asJson: boolean, terminal: Terminal): Promise<Exit> {
  const { input, owners } = await scan(file, terminal);
  const result: LayerOwnersAnswer = { layer: input.where, compression: input.compression, ...owners };
  if (asJson) await answerJson(terminal, result);
  else {
    const lines = [
      `${input.where}: ${countOf(owners.entries, "entry", "entries")}, ${countOf(owners.ids.length, "id", "ids")}`,
      ...(owners.ids.length > 0 ? ownerTable(owners.ids, terminal) : []),
      ...(owners.unlisted > 0 ? [`  and further ids, met ${owners.unlisted} times, that are too many to keep`] : []),
    ];
    await answer(terminal, `${lines.join("\n")}\n`);
  }
  return EXIT.yes;
}

async function runLint(file: string, options: LintOptions, terminal: Terminal): Promise<Exit> {
  const maps = { ...(await loadMaps(options)), reverse: options.reverse === true };
  const { input, owners } = await scan(file, terminal);
  const unmapped = unmappedIn(owners.ids, maps);
  const found = unmappedAnswer(unmapped, owners.unlisted, fittingMaps(owners.ids, maps, owners.unlisted));
  const isHeld = unmapped.length === 0 && owners.unlisted === 0;
  const result: LayerLintAnswer = { layer: input.where, entries: owners.entries, ids: owners.ids.length, ...found };
  if (options.json) await answerJson(terminal, result);
  else {
    const head = `${input.where}: ${countOf(owners.entries, "entry", "entries")}, ${countOf(owners.ids.length, "id", "ids")}`;
    const lines = isHeld
      ? [`${head}: the map holds them all`]
      : [
          `${head}; ${terminal.colors.red(`the map does not hold ${unmapped.length}`)}:`,
          ...unmappedLines(found, terminal),
        ];
    await answer(terminal, `${lines.join("\n")}\n`);
  }
  return isHeld ? EXIT.yes : EXIT.no;
}
