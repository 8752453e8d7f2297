import type { Command } from "commander";
import { type Image, imageOwners, type LayerOwners, readImage } from "../image/index.ts";
import { addExamples } from "./help-examples.ts";
import { imageHost } from "./image-host.ts";
import { IMAGE_HELP, openImage } from "./image-input.ts";
import { countOf, imageLine, layerLine, layerReading, MAX_UNPACKED } from "./image-layers.ts";
import { ownerTable } from "./owner-table.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";
import { archiveNotes } from "./shift-notes.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";

/** The `--json` of `userns image owners`. */
export interface ImageOwnersAnswer {
  readonly image: string;
  readonly form: Image["form"];
  /** Its platforms, or its names in an archive. */
  readonly images: readonly string[];
  readonly layers: readonly LayerOwners[];
}

interface OwnersOptions {
  readonly maxUnpacked?: string;
  readonly json?: true;
}

export function addImageOwnersCommand(image: Command, session: Session): void {
  const owners = image
    .command("owners")
    .summary("list every id, layer by layer")
    .description(
      "List every user and group id in an image, layer by layer: what it owns, and\n" +
        "where ACLs and file capabilities name it.",
    )
    .argument("<image>", IMAGE_HELP)
    .option(MAX_UNPACKED.flags, MAX_UNPACKED.help)
    .option("--json", "answer as JSON")
    .action(async (path: string, options: OwnersOptions) => {
      session.exit = await runOwners(path, options, session.terminal);
    });
  addExamples(owners, ["image owners app.oci.tar", "image owners layout --max-unpacked 8000000000 --json"]);
}

async function runOwners(path: string, options: OwnersOptions, terminal: Terminal): Promise<Exit> {
  const host = imageHost();
  const { files } = await openImage(path);
  const image = await readImage(files, host);
  const { options: layerOptions, reading } = layerReading(image, options.maxUnpacked);
  const layers = await withProgress(reading, terminal, () => imageOwners(image, layerOptions, host));
  const images = image.images.map(({ name }) => name);
  const result: ImageOwnersAnswer = { image: path, form: image.form, images, layers };
  if (options.json) {
    await answerJson(terminal, result);
    return EXIT.yes;
  }
  const lines = [imageLine(result), ...layers.flatMap((layer) => layerLines(layer, result, terminal))];
  await answer(terminal, `${lines.join("\n")}\n`);
  for (const layer of layers) for (const note of archiveNotes(layer)) talk(terminal, note);
  return EXIT.yes;
}

function layerLines(layer: LayerOwners, result: ImageOwnersAnswer, terminal: Terminal): string[] {
  const { entries, ids, unlisted } = layer;
  const counts = `${countOf(entries, "entry", "entries")}, ${countOf(ids.length, "id", "ids")}`;
  return [
    `${layerLine(layer, result, terminal)}: ${counts}`,
    ...(ids.length > 0 ? ownerTable(ids, terminal) : []),
    ...(unlisted > 0 ? [`  and further ids, met ${unlisted} times, that are too many to keep`] : []),
  ];
}
