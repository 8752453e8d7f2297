import { type IdTally, type ShiftReport, type ShiftTarOptions, shiftTar, UnmappedError } from "../shift/index.ts";
import { type Digest, hashed, verified } from "./digest.ts";
import { distinctLayers, type LayerPlace } from "./distinct-layers.ts";
import type { DigestAlgorithm, ImageHost } from "./host.ts";
import type { Image, Layer, NewLayer, OutputFile } from "./image.ts";
import { type LayerOptions, layerBytes, openLayerTar } from "./layer-tar.ts";

/** Blobs that are being made, and those that were made before. */
export interface BlobStore {
  /** Keep bytes as a blob. Nothing is kept of them when they end with an error. */
  put(bytes: AsyncIterable<Uint8Array>, algorithm: DigestAlgorithm): Promise<StoredBlob>;
  /** What was made under a key by a run before, if its bytes are still whole. */
  finished(key: string): Promise<FinishedLayer | null>;
  finish(key: string, layer: FinishedLayer): Promise<void>;
}

/** A blob that is kept. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** A layer that was shifted, and what was done in it: null when a run before did it. */
export interface FinishedLayer extends NewLayer {
  readonly report: ShiftReport | null;
}

/** The rules by which every layer is shifted. */
export type ImageShiftRules = Pick<
  ShiftTarOptions,
  "uids" | "gids" | "reverse" | "unmapped" | "names" | "capabilities"
>;

/** What became of a layer. */
export interface LayerShift extends LayerPlace {
  readonly becomes: string;
  /** Did it keep its bytes: no owner in it is another? */
  readonly isSame: boolean;
  /** What was done in it; null when a run before did it. */
  readonly report: ShiftReport | null;
}

/** An image that was shifted, or what kept it from being. */
export type ImageShift =
  | { readonly isShifted: true; readonly layers: readonly LayerShift[]; readonly files: readonly OutputFile[] }
  | { readonly isShifted: false; readonly refused: readonly RefusedLayer[] };

/** The ids of a layer that the map does not hold. */
export interface RefusedLayer extends LayerPlace {
  readonly unmapped: readonly IdTally[];
  readonly unlisted: number;
}

/**
 * Shift the owners in every layer of an image, and write what names the layers anew.
 *
 * A layer in which no owner changes keeps its bytes, and so do documents that name no other layer.
 *
 * @returns the files of the new image, whose blobs are in `store`; or every id that is not mapped
 * @throws  UsernsError ERR_IMAGE, ERR_TAR, ERR_COMPRESSION, ERR_FILE
 */
export async function shiftImage(
  image: Image,
  rules: ImageShiftRules,
  options: LayerOptions,
  store: BlobStore,
  host: ImageHost,
): Promise<ImageShift> {
  const layers: LayerShift[] = [];
  const refused: RefusedLayer[] = [];
  const made = new Map<string, NewLayer>();
  for (const { layer, place } of distinctLayers(image)) {
    const shift = await shiftOrRefuse(layer, rules, options, store, host);
    if (shift instanceof UnmappedError) {
      refused.push({ ...place, unmapped: shift.unmapped, unlisted: shift.unlisted });
      continue;
    }
    made.set(place.digest, shift);
    const isSame = shift.diffId.text === layer.diffId.text;
    layers.push({ ...place, becomes: shift.blob.text, isSame, report: shift.report });
  }
  if (refused.length > 0) return { isShifted: false, refused };
  for (const { digest, file, where } of image.kept)
    await store.put(verified(file.bytes(), digest, host, where), digest.algorithm);
  const files = image.rewritten((layer) => {
    const next = made.get((layer.blob ?? layer.diffId).text);
    if (!next) throw new Error(`layer ${layer.where} was not shifted`);
    return next;
  });
  return { isShifted: true, layers, files };
}

/** What a layer becomes depends on its bytes and these rules alone. */
function keyOf(layer: Layer, rules: ImageShiftRules, host: ImageHost): string {
  const { uids, gids, reverse = false, unmapped, names, capabilities } = rules;
  const hash = host.hash("sha256");
  const [blob, diffId] = [layer.blob?.text, layer.diffId.text];
  const all = { blob, diffId, uids: uids.extents, gids: gids.extents, reverse, unmapped, names, capabilities };
  hash.update(new TextEncoder().encode(JSON.stringify(all)));
  return hash.hex();
}

async function shiftOrRefuse(
  layer: Layer,
  rules: ImageShiftRules,
  options: LayerOptions,
  store: BlobStore,
  host: ImageHost,
): Promise<FinishedLayer | UnmappedError> {
  const key = keyOf(layer, rules, host);
  const before = await store.finished(key);
  if (before) {
    options.onRead?.(layer.sizeBytes);
    return before;
  }
  try {
    const finished = await shiftLayer(layer, rules, options, store, host);
    await store.finish(key, finished);
    return finished;
  } catch (error) {
    if (error instanceof UnmappedError) return error;
    throw error;
  }
}

async function shiftLayer(
  layer: Layer,
  rules: ImageShiftRules,
  options: LayerOptions,
  store: BlobStore,
  host: ImageHost,
): Promise<FinishedLayer> {
  const { packing, tar } = await openLayerTar(layer, host, options);
  const { engine } = host;
  const name = layer.where;
  const shifted = shiftTar(tar, { ...rules, name, paths: "inside", endMarker: "optional", engine });
  const { algorithm } = layer.diffId;
  const hash = host.hash(algorithm);
  const packed = await store.put(host.pack(hashed(shifted, hash), packing, name), "sha256");
  const hex = hash.hex();
  const { report } = shifted;
  if (hex !== layer.diffId.hex)
    return {
      blob: packed.digest,
      sizeBytes: packed.sizeBytes,
      diffId: { text: `${algorithm}:${hex}`, algorithm, hex },
      report,
    };
  const same = await store.put(layerBytes(layer, host, {}), layer.blob?.algorithm ?? "sha256");
  return { blob: same.digest, sizeBytes: same.sizeBytes, diffId: layer.diffId, report };
}
