import { type FittingMaps, fittingMaps, type IdTally, lintTar, type ShiftMaps } from "../shift/index.ts";
import { distinctLayers, type LayerPlace } from "./distinct-layers.ts";
import { type ExposedFile, exposedBy, type HostAccounts } from "./exposed.ts";
import type { ImageHost } from "./host.ts";
import type { Image, Layer } from "./image.ts";
import { type LayerOptions, openLayerTar } from "./layer-tar.ts";

/** What an image is looked at for. */
export interface LintOptions extends LayerOptions {
  readonly maps: ShiftMaps;
  readonly accounts: HostAccounts;
}

/** What was found in a layer. */
export interface LayerFindings extends LayerPlace {
  readonly entries: number;
  /** How many ids there are, users and groups apart. */
  readonly ids: number;
  readonly unmapped: readonly IdTally[];
  /** Times that further such ids were met, beyond the number that is kept. */
  readonly unlisted: number;
  /** Files that count on the host: the first of them, and how many there are. */
  readonly exposed: { readonly count: number; readonly files: readonly ExposedFile[] };
}

/** What was found in an image. */
export interface ImageFindings {
  /** Each layer once, however many images have it. */
  readonly layers: readonly LayerFindings[];
  /** The smallest maps that hold every id of every layer. */
  readonly fit: FittingMaps;
  /** Is there nothing that the map does not hold, and nothing that counts on the host? */
  readonly isClean: boolean;
}

/** Files kept of a layer. */
const MOST_EXPOSED = 1000;

/**
 * Find the owners in an image that a map does not hold, and the programs that it makes somebody's of the host.
 *
 * Layers are looked at each on its own: one that a later layer hides is unpacked all the same.
 *
 * @throws UsernsError ERR_IMAGE, ERR_TAR, ERR_COMPRESSION, ERR_FILE
 */
export async function lintImage(image: Image, options: LintOptions, host: ImageHost): Promise<ImageFindings> {
  const layers: LayerFindings[] = [];
  const every: IdTally[] = [];
  for (const { layer, place } of distinctLayers(image)) {
    const findings = await lintLayer(layer, place, options, host);
    layers.push(findings);
    every.push(...findings.unmapped);
  }
  const unlisted = layers.reduce((sum, layer) => sum + layer.unlisted, 0);
  const isClean = layers.every((layer) => layer.unmapped.length + layer.exposed.count === 0);
  return { layers, fit: fittingMaps(every, options.maps, unlisted), isClean };
}

async function lintLayer(
  layer: Layer,
  place: LayerPlace,
  options: LintOptions,
  host: ImageHost,
): Promise<LayerFindings> {
  const { maps, accounts } = options;
  const files: ExposedFile[] = [];
  let count = 0;
  const { tar } = await openLayerTar(layer, host, options);
  const { owners, unmapped, unlisted } = await lintTar(tar, maps, {
    name: layer.where,
    paths: "inside",
    // Its digest says that it is whole.
    endMarker: "optional",
    onEntry(entry) {
      const exposed = exposedBy(entry, maps, accounts);
      count += exposed.length;
      if (files.length < MOST_EXPOSED) files.push(...exposed);
    },
  });
  const { entries, ids } = owners;
  return { ...place, entries, ids: ids.length, unmapped, unlisted, exposed: { count, files } };
}
