import type { Command } from "commander";
import { UsernsError } from "../core/index.ts";
import { type LayerShift, type RefusedLayer, readImage, shiftImage } from "../image/index.ts";
import { fittingMaps, type ShiftReport, type Unmapped } from "../shift/index.ts";
import { addExamples } from "./help-examples.ts";
import { imageHost } from "./image-host.ts";
import { IMAGE_HELP, openImage } from "./image-input.ts";
import { countOf, layerLine, layerReading, MAX_UNPACKED } from "./image-layers.ts";
import { ImageStage } from "./image-stage.ts";
import { loadMaps } from "./map-option.ts";
import { shortTable } from "./owner-table.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";
import { shiftNotes } from "./shift-notes.ts";
import { addShiftRules, readUnmapped, type ShiftRuleOptions } from "./shift-rules.ts";
import { isSquashfsFile, runSquashfsShift } from "./squashfs-shift.ts";
import { answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";
import { fitLines, type UnmappedAnswer, unmappedAnswer } from "./unmapped.ts";

/** The `--json` of `userns image shift`. */
export type ImageShiftAnswer =
  | {
      readonly shifted: true;
      readonly in: string;
      readonly out: string;
      readonly images: readonly string[];
      readonly layers: readonly LayerShift[];
      /** Manifests that stay as they are, though what they are about was shifted: signatures, attestations. */
      readonly artifacts: number;
    }
  | {
      readonly shifted: false;
      readonly in: string;
      readonly out: string;
      readonly images: readonly string[];
      readonly layers: readonly RefusedLayer[];
      readonly fit: UnmappedAnswer["fit"];
    };

interface ShiftOptions extends ShiftRuleOptions {
  readonly maxUnpacked?: string;
  readonly json?: true;
}

export function addImageShiftCommand(image: Command, session: Session): void {
  const shift = image
    .command("shift")
    .summary("shift the owners in a whole image")
    .description(
      "Write an image again, as what it was (folder or tar), with every owner taken\n" +
        "through a map, and with the digests that follow from it. Layers in which no\n" +
        "owner changes keep their bytes. The output appears whole or not at all; broken\n" +
        "off and run again, it goes on with the layers that are left.\n" +
        "Exit 1 when an id is not mapped.",
    )
    .argument("<image>", `${IMAGE_HELP}; or squashfs`)
    .argument("<out>", "where to write: a new folder, or a file; of squashfs the image itself too");
  addShiftRules(shift)
    .option(MAX_UNPACKED.flags, MAX_UNPACKED.help)
    .option("--json", "answer as JSON")
    .action(async (from: string, to: string, options: ShiftOptions) => {
      session.exit = await runShift(from, to, options, session.terminal);
    });
  addExamples(shift, [
    "image shift app.oci.tar shifted.oci.tar --map 0:100000:65536",
    "image shift out back --map 0:1000:1 --gid-map 0:100:1 --reverse",
    "image shift a.tar b.tar --map 0:1000:1 --unmapped keep --names drop",
    "image shift layout out --map 0:100000:65536 --capabilities namespace",
    "image shift in out --map 0:100000:9 --max-unpacked 8000000000 --json",
  ]);
}

async function runShift(from: string, to: string, options: ShiftOptions, terminal: Terminal): Promise<Exit> {
  const unmapped = readUnmapped(options.unmapped);
  const maps = { ...(await loadMaps(options)), reverse: options.reverse === true };
  if (await isSquashfsFile(from)) {
    const rules = { ...maps, unmapped, capabilities: options.capabilities };
    return runSquashfsShift(from, to, rules, options.json === true, terminal);
  }
  const host = imageHost();
  const { kind, files } = await openImage(from);
  const image = await readImage(files, host);
  const { options: layerOptions, reading } = layerReading(image, options.maxUnpacked);
  const stage = await ImageStage.open(to, kind);
  const { names, capabilities } = options;
  const rules = { ...maps, unmapped, names, capabilities };
  const shift = await withProgress(reading, terminal, () =>
    keptForLater(stage, () => shiftImage(image, rules, layerOptions, stage, host)),
  );
  const images = image.images.map(({ name }) => name);
  const head = { in: from, out: to, images };
  if (!shift.isShifted) {
    await stage.discard();
    const every = shift.refused.flatMap((layer) => layer.unmapped);
    const unlisted = shift.refused.reduce((sum, layer) => sum + layer.unlisted, 0);
    const { fit } = unmappedAnswer([], 0, fittingMaps(every, maps, unlisted));
    const result = { ...head, shifted: false, layers: shift.refused, fit } satisfies ImageShiftAnswer;
    if (options.json) await answerJson(terminal, result);
    else sayRefused(result, terminal);
    return EXIT.no;
  }
  await stage.place(shift.files, kind);
  const { layers } = shift;
  const result = { ...head, shifted: true, layers, artifacts: image.artifacts } satisfies ImageShiftAnswer;
  if (options.json) await answerJson(terminal, result);
  else sayShifted(result, unmapped, terminal);
  return EXIT.yes;
}

/** What is done stays for the next run, unless the image itself is bad: the next run would fare no better. */
async function keptForLater<T>(stage: ImageStage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsernsError && error.code !== "ERR_FILE") await stage.discard();
    throw error;
  }
}

type Shifted = Extract<ImageShiftAnswer, { shifted: true }>;
type Refused = Extract<ImageShiftAnswer, { shifted: false }>;

function sayRefused(result: Refused, terminal: Terminal): void {
  const onTalk = { ...terminal, colors: terminal.talkColors };
  talk(terminal, `${onTalk.colors.red("refused")}: ${result.in} has ids that the map does not hold (nothing written)`);
  for (const layer of result.layers) {
    talk(terminal, layerLine(layer, result, onTalk));
    for (const line of shortTable(layer.unmapped, layer.unlisted, onTalk)) talk(terminal, line);
  }
  for (const line of fitLines(result.fit)) talk(terminal, line);
  talk(terminal, "or --unmapped squash=UID:GID to give them to one owner, or --unmapped keep");
}

function sayShifted(result: Shifted, unmapped: Unmapped, terminal: Terminal): void {
  const onTalk = { ...terminal, colors: terminal.talkColors };
  for (const layer of result.layers) {
    const { report, isSame } = layer;
    const what = report ? whatWasDone(report, isSame) : "done by a run before";
    talk(terminal, `${layerLine(layer, result, onTalk)}: ${what}`);
    if (report) for (const line of shiftNotes(report, unmapped, terminal).slice(1)) talk(terminal, line);
  }
  if (result.artifacts > 0)
    talk(
      terminal,
      `note: ${countOf(result.artifacts, "artifact", "artifacts")} (signatures, attestations) kept: about the image as it was`,
    );
}

function whatWasDone({ headersShifted, entries }: ShiftReport, isSame: boolean): string {
  return isSame ? "no owner changes, kept as it is" : `${headersShifted} of ${entries} entries shifted`;
}
