import type { Image, ImageShift, LayerShift, RefusedLayer } from "../image/index.ts";
import { fittingMaps, type ShiftMaps, type ShiftReport, type Unmapped } from "../shift/index.ts";
import { countOf, layerLine } from "./image-layers.ts";
import { shortTable } from "./owner-table.ts";
import { shiftNotes } from "./shift-notes.ts";
import { type Terminal, talk } from "./terminal.ts";
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

type Shifted = Extract<ImageShiftAnswer, { shifted: true }>;
type Refused = Extract<ImageShiftAnswer, { shifted: false }>;

/** @param from  the image as it was named @param to  its output */
export function imageShiftAnswer(
  from: string,
  to: string,
  image: Image,
  shift: ImageShift,
  maps: ShiftMaps,
): ImageShiftAnswer {
  const head = { in: from, out: to, images: image.images.map(({ name }) => name) };
  if (shift.isShifted) return { ...head, shifted: true, layers: shift.layers, artifacts: image.artifacts };
  const every = shift.refused.flatMap((layer) => layer.unmapped);
  const unlisted = shift.refused.reduce((sum, layer) => sum + layer.unlisted, 0);
  const { fit } = unmappedAnswer([], 0, fittingMaps(every, maps, unlisted));
  return { ...head, shifted: false, layers: shift.refused, fit };
}

export function sayRefused(result: Refused, terminal: Terminal): void {
  const onTalk = { ...terminal, colors: terminal.talkColors };
  talk(terminal, `${onTalk.colors.red("refused")}: ${result.in} has ids that the map does not hold (nothing written)`);
  for (const layer of result.layers) {
    talk(terminal, layerLine(layer, result, onTalk));
    for (const line of shortTable(layer.unmapped, layer.unlisted, onTalk)) talk(terminal, line);
  }
  const unlisted = result.layers.reduce((sum, layer) => sum + layer.unlisted, 0);
  for (const line of fitLines(result.fit, unlisted)) talk(terminal, line);
  talk(terminal, "or --unmapped squash=UID:GID to give them to one owner, or --unmapped keep");
}

export function sayShifted(result: Shifted, unmapped: Unmapped, terminal: Terminal): void {
  const onTalk = { ...terminal, colors: terminal.talkColors };
  for (const layer of result.layers) {
    const { report, isSame } = layer;
    const what = report ? whatWasDone(report, isSame) : "done by a run before";
    talk(terminal, `${layerLine(layer, result, onTalk)}: ${what}`);
    if (report) for (const line of shiftNotes(report, unmapped, terminal).slice(1)) talk(terminal, line);
  }
  sayArtifacts(result, terminal);
}

export function sayArtifacts({ artifacts }: Shifted, terminal: Terminal): void {
  if (artifacts === 0) return;
  const what = countOf(artifacts, "artifact", "artifacts");
  talk(terminal, `note: ${what} (signatures, attestations) kept: about the image as it was`);
}

function whatWasDone({ headersShifted, entries }: ShiftReport, isSame: boolean): string {
  return isSame ? "no owner changes, kept as it is" : `${headersShifted} of ${entries} entries shifted`;
}
