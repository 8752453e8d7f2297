import { type IdTally, type ShiftReport, type ShiftTarOptions, shiftTar, UnmappedError } from "../shift/index.ts";
import { type Digest, hashed } from "./digest.ts";
import type { DigestAlgorithm, ImageHost } from "./host.ts";
import type { Layer, NewLayer } from "./image.ts";
import { type LayerOptions, layerBytes, openLayerTar } from "./layer-tar.ts";

/** Blobs that are being made, and those that were made before. */
export interface BlobStore {
  /**
   * Keep bytes as a blob. Nothing is kept of them when they end with an error.
   *
   * @param isWanted  asked when they have ended; nothing is kept either where it says no
   */
  put(bytes: AsyncIterable<Uint8Array>, algorithm: DigestAlgorithm, isWanted?: () => boolean): Promise<StoredBlob>;
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

/** The ids of a layer that the map does not hold. */
export interface UnmappedIds {
  readonly unmapped: readonly IdTally[];
  /** Times that further such ids were met, beyond the number that is kept. */
  readonly unlisted: number;
}

/** A layer was shifted and is in the store; or it has ids that the map does not hold, and nothing was kept. */
export type LayerOutcome =
  | { readonly isShifted: true; readonly finished: FinishedLayer }
  | ({ readonly isShifted: false } & UnmappedIds);

/** Shifts layers: here, in other threads, or on other machines. */
export interface LayerShifter {
  /** How many layers it is to be given at once. */
  readonly atOnce: number;
  /** @throws UsernsError ERR_IMAGE, ERR_TAR, ERR_COMPRESSION, ERR_FILE */
  shift(layer: Layer): Promise<LayerOutcome>;
}

/** Shifts layers here, one after the other, as their bytes are read. */
export function layerShifter(
  rules: ImageShiftRules,
  options: LayerOptions,
  store: BlobStore,
  host: ImageHost,
): LayerShifter {
  return { atOnce: 1, shift: (layer) => shiftOrRefuse(layer, rules, options, store, host) };
}

/** Names what a layer becomes by these rules: it depends on its bytes and on them alone. */
export function layerKey(layer: Layer, rules: ImageShiftRules, host: ImageHost): string {
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
): Promise<LayerOutcome> {
  const key = layerKey(layer, rules, host);
  const before = await store.finished(key);
  if (before) {
    options.onRead?.(layer.sizeBytes);
    return { isShifted: true, finished: before };
  }
  try {
    const finished = await shiftLayer(layer, rules, options, store, host);
    await store.finish(key, finished);
    return { isShifted: true, finished };
  } catch (error) {
    if (!(error instanceof UnmappedError)) throw error;
    return { isShifted: false, unmapped: error.unmapped, unlisted: error.unlisted };
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
  let hex = "";
  const isAnother = (): boolean => {
    hex = hash.hex();
    return hex !== layer.diffId.hex;
  };
  const packed = await store.put(host.pack(hashed(shifted, hash), packing, name), "sha256", isAnother);
  const { report } = shifted;
  if (hex !== layer.diffId.hex) {
    const diffId = { text: `${algorithm}:${hex}`, algorithm, hex };
    return { blob: packed.digest, sizeBytes: packed.sizeBytes, diffId, report };
  }
  const same = await store.put(layerBytes(layer, host, {}), layer.blob?.algorithm ?? "sha256");
  return { blob: same.digest, sizeBytes: same.sizeBytes, diffId: layer.diffId, report };
}
