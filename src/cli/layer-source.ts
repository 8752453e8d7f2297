import { stat } from "node:fs/promises";
import { quoted } from "../core/index.ts";
import { distinctLayers, openLayerTar, readImage, withinLimit } from "../image/index.ts";
import type { LayerTree } from "../pack/index.ts";
import { type EndMarkerRule, scanTar } from "../shift/index.ts";
import { readCount } from "./count-option.ts";
import { usageFault } from "./fault.ts";
import { imageHost } from "./image-host.ts";
import { openImage } from "./image-input.ts";
import { readingOf } from "./image-layers.ts";
import { openLayer } from "./layer-input.ts";
import { type Reading, withProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

export const LAYER_SOURCE_HELP =
  "a layer, plain or packed with gzip or zstd; - for stdin; a layout's folder, or oci:IMAGE, for a layer of an image";

/** Before the path of an image, which may be a tar as a layer is. */
const IMAGE_PREFIX = "oci:";

/** Options that say which layer, and how it is read. */
export interface LayerSourceOptions {
  readonly layer?: string;
  readonly maxUnpacked?: string;
  readonly endMarker: EndMarkerRule;
}

/** The option that says which of an image's layers. */
export const LAYER_OPTION = {
  flags: "--layer <number>",
  help: "which layer of an image, from 1, where it has several",
} as const;

/** One layer, wherever it is kept. */
export interface LayerSource {
  /** For errors. */
  readonly where: string;
  /** The tar, unpacked and held to a limit; to be read once. */
  readonly tar: AsyncIterable<Uint8Array>;
  readonly endMarker: EndMarkerRule;
  readonly reading: Reading;
}

/** @throws UsernsError ERR_FILE, ERR_COMPRESSION, ERR_IMAGE, ERR_USAGE; the first three while `tar` is read, too */
export async function openLayerSource(
  given: string,
  options: LayerSourceOptions,
  terminal: Terminal,
): Promise<LayerSource> {
  const image = await imagePath(given);
  if (image !== null) return layerOfImage(image, options);
  if (options.layer !== undefined) throw usageFault("--layer", "an image, which has layers", quoted(given));
  const input = await openLayer(given, terminal);
  const { where, bytesRead } = input;
  const limit = options.maxUnpacked === undefined ? undefined : readCount(options.maxUnpacked, "--max-unpacked");
  return { where, tar: withinLimit(input.tar, where, bytesRead, limit), endMarker: options.endMarker, reading: input };
}

/** The path of an image; null for a layer's. */
async function imagePath(given: string): Promise<string | null> {
  if (given.startsWith(IMAGE_PREFIX)) return given.slice(IMAGE_PREFIX.length);
  return (await isFolder(given)) ? given : null;
}

export function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function layerOfImage(path: string, options: LayerSourceOptions): Promise<LayerSource> {
  const host = imageHost();
  const { files } = await openImage(path);
  const layers = distinctLayers(await readImage(files, host)).map(({ layer }) => layer);
  const number = options.layer === undefined ? null : readCount(options.layer, "--layer");
  const layer = number === null && layers.length > 1 ? undefined : layers[(number ?? 1) - 1];
  if (!layer)
    throw usageFault("--layer", `the number of one of the ${layers.length} layers of ${path}`, options.layer ?? "none");
  const { options: layerOptions, reading } = readingOf([layer], options.maxUnpacked);
  const { tar } = await openLayerTar(layer, host, layerOptions);
  // Its digest says that it is whole.
  return { where: layer.where, tar, endMarker: "optional", reading };
}

/** Take every entry of a layer into a tree. @throws UsernsError ERR_TAR, and what the source and the tree throw */
export async function readInto(tree: LayerTree, source: LayerSource, terminal: Terminal): Promise<void> {
  await withProgress(source.reading, terminal, () =>
    scanTar(source.tar, {
      name: source.where,
      endMarker: source.endMarker,
      paths: "inside",
      onEntry: (entry, refuse) => tree.add(entry, refuse),
      onBody: (bytes) => tree.bytes(bytes),
    }),
  );
}
