import type { ShiftReport } from "../shift/index.ts";
import { verified } from "./digest.ts";
import { distinctLayers, type LayerPlace, layerIdentity } from "./distinct-layers.ts";
import type { ImageHost } from "./host.ts";
import type { Image, NewLayer, OutputFile } from "./image.ts";
import { inParallel } from "./in-parallel.ts";
import type { BlobStore, LayerShifter, UnmappedIds } from "./shift-layer.ts";

/** What became of a layer. */
export interface LayerShift extends LayerPlace {
  readonly becomes: string;
  /** Did it keep its bytes: no owner in it is another? */
  readonly isSame: boolean;
  /** What was done in it; null when a run before did it, or another machine. */
  readonly report: ShiftReport | null;
}

/** An image that was shifted, or what kept it from being. */
export type ImageShift =
  | { readonly isShifted: true; readonly layers: readonly LayerShift[]; readonly files: readonly OutputFile[] }
  | { readonly isShifted: false; readonly refused: readonly RefusedLayer[] };

/** The ids of a layer that the map does not hold. */
export interface RefusedLayer extends LayerPlace, UnmappedIds {}

/**
 * Shift the owners in every layer of an image, and write what names the layers anew.
 *
 * A layer in which no owner changes keeps its bytes, and so do documents that name no other layer.
 *
 * @param shifter  shifts the layers, here or elsewhere, and puts them into `store`
 * @returns the files of the new image, whose blobs are in `store`; or every id that is not mapped
 * @throws  UsernsError ERR_IMAGE, ERR_TAR, ERR_COMPRESSION, ERR_FILE
 */
export async function shiftImage(
  image: Image,
  shifter: LayerShifter,
  store: BlobStore,
  host: ImageHost,
): Promise<ImageShift> {
  const layers: LayerShift[] = [];
  const refused: RefusedLayer[] = [];
  const made = new Map<string, NewLayer>();
  const distinct = distinctLayers(image);
  const outcomes = await inParallel(distinct, shifter.atOnce, async ({ layer, place }) => ({
    layer,
    place,
    outcome: await shifter.shift(layer),
  }));
  for (const { layer, place, outcome } of outcomes) {
    if (!outcome.isShifted) {
      refused.push({ ...place, unmapped: outcome.unmapped, unlisted: outcome.unlisted });
      continue;
    }
    const { finished } = outcome;
    made.set(layerIdentity(layer), finished);
    const isSame = finished.diffId.text === layer.diffId.text;
    layers.push({ ...place, becomes: finished.blob.text, isSame, report: finished.report });
  }
  if (refused.length > 0) return { isShifted: false, refused };
  for (const { digest, file, where } of image.kept)
    await store.put(verified(file.bytes(), digest, host, where), digest.algorithm);
  const files = image.rewritten((layer) => {
    const next = made.get(layerIdentity(layer));
    if (!next) throw new Error(`layer ${layer.where} was not shifted`);
    return next;
  });
  return { isShifted: true, layers, files };
}
