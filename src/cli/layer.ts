import type { Command } from "commander";
import type { ArchiveFindings } from "../explain/index.ts";
import { type EndMarkerRule, fittingMaps, lintTar, scanTar, type TarCounts, type TarOwners } from "../shift/index.ts";
import { endMarkerOption } from "./end-marker-option.ts";
import { addExamples } from "./help-examples.ts";
import { countOf } from "./image-layers.ts";
import { IN_HELP, type LayerInput, openLayer } from "./layer-input.ts";
import { loadMaps, MAP_HELP } from "./map-option.ts";
import { ownerTable } from "./owner-table.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";
import { archiveNotes } from "./shift-notes.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";
import { type UnmappedAnswer, unmappedAnswer, unmappedLines } from "./unmapped.ts";

/** The `--json` of `userns layer owners`. */
export interface LayerOwnersAnswer extends TarOwners {
  readonly layer: string;
  readonly compression: LayerInput["compression"];
}

/** The `--json` of `userns layer lint`. */
export interface LayerLintAnswer extends UnmappedAnswer, TarCounts, ArchiveFindings {
  readonly layer: string;
  readonly entries: number;
  /** How many ids there are, users and groups apart; at most 100,000 are told apart. */
  readonly ids: number;
}

interface OwnersOptions {
  readonly endMarker: EndMarkerRule;
  readonly json?: true;
}

interface LintOptions extends OwnersOptions {
  readonly map: string;
  readonly gidMap?: string;
  readonly reverse?: true;
}

export function addLayerCommand(program: Command, session: Session): void {
  const layer = program
    .command("layer")
    .summary("look at the owners in an image layer")
    .description("Look at the owners in an image layer: a tar, plain or packed.");
  const owners = layer
    .command("owners")
    .summary("list every id, its names and where it stands")
    .description(
      "List every user and group id with the names beside it: what it owns, and where\n" +
        "ACLs and file capabilities name it.",
    )
    .argument("<in>", IN_HELP)
    .addOption(endMarkerOption())
    .option("--json", "answer as JSON")
    .action(async (file: string, options: OwnersOptions) => {
      session.exit = await runOwners(file, options, session.terminal);
    });
  addExamples(owners, [
    "layer owners layer.tar.gz",
    "layer owners layer.tar.gz --json",
    "layer owners old.tar --end-marker optional",
  ]);
  const lint = layer
    .command("lint")
    .summary("list the ids that a map cannot hold")
    .description("List the ids that a map cannot hold, and the smallest map that would.\nExit 1 when there are any.")
    .argument("<in>", IN_HELP)
    .requiredOption("--map <map>", `the id map: ${MAP_HELP}`)
    .option("--gid-map <map>", "the map of groups, if it is another")
    .option("--reverse", "from kernel ids to ids inside")
    .addOption(endMarkerOption())
    .option("--json", "answer as JSON")
    .action(async (file: string, options: LintOptions) => {
      session.exit = await runLint(file, options, session.terminal);
    });
  addExamples(lint, [
    "layer lint layer.tar.gz --map 0:1000:1,1:100000:65536",
    "layer lint layer.tar --map /proc/42/uid_map --gid-map /proc/42/gid_map",
    "layer lint shifted.tar --map 0:100000:65536 --reverse --json",
    "layer lint old.tar --map 0:100000:65536 --end-marker optional",
  ]);
}

/** `layer.tar: 272 entries, 13 ids` */
function headLine({ where }: LayerInput, { entries, ids, unlisted }: TarOwners): string {
  const more = unlisted > 0 ? " and more" : "";
  return `${where}: ${countOf(entries, "entry", "entries")}, ${countOf(ids.length, "id", "ids")}${more}`;
}

async function runOwners(file: string, options: OwnersOptions, terminal: Terminal): Promise<Exit> {
  const { endMarker } = options;
  const input = await openLayer(file, terminal);
  const owners = await withProgress(input, terminal, () => scanTar(input.tar, { name: input.where, endMarker }));
  const result: LayerOwnersAnswer = { layer: input.where, compression: input.compression, ...owners };
  if (options.json) await answerJson(terminal, result);
  else {
    const lines = [
      headLine(input, owners),
      ...(owners.ids.length > 0 ? ownerTable(owners.ids, terminal) : []),
      ...(owners.unlisted > 0 ? [`  and further ids, met ${owners.unlisted} times, that are too many to keep`] : []),
    ];
    await answer(terminal, `${lines.join("\n")}\n`);
    for (const note of archiveNotes(owners)) talk(terminal, note);
  }
  return EXIT.yes;
}

async function runLint(file: string, options: LintOptions, terminal: Terminal): Promise<Exit> {
  const maps = { ...(await loadMaps(options)), reverse: options.reverse === true };
  const { endMarker } = options;
  const input = await openLayer(file, terminal);
  const linting = () => lintTar(input.tar, maps, { name: input.where, endMarker });
  const { owners, unmapped, unlisted } = await withProgress(input, terminal, linting);
  const found = unmappedAnswer(unmapped, unlisted, fittingMaps(unmapped, maps, unlisted));
  const isHeld = unmapped.length === 0;
  const { entries, acls, capabilities, end, afterEnd } = owners;
  const counts = { entries, ids: owners.ids.length, acls, capabilities, end, afterEnd };
  const result: LayerLintAnswer = { layer: input.where, ...counts, ...found };
  if (options.json) await answerJson(terminal, result);
  else {
    const lines = isHeld
      ? [headLine(input, owners), "the map holds them all"]
      : [
          headLine(input, owners),
          `${terminal.colors.red(`the map does not hold ${unmapped.length} of them`)}:`,
          ...unmappedLines(found, terminal),
        ];
    await answer(terminal, `${lines.join("\n")}\n`);
    for (const note of archiveNotes(owners)) talk(terminal, note);
  }
  return isHeld ? EXIT.yes : EXIT.no;
}
