import { scanTar, type TarOwners } from "../shift/index.ts";
import { distinctLayers, type LayerPlace } from "./distinct-layers.ts";
import type { ImageHost } from "./host.ts";
import type { Image } from "./image.ts";
import { type LayerOptions, openLayerTar } from "./layer-tar.ts";

/** Who owns what in a layer. */
export type LayerOwners = LayerPlace & TarOwners;

/**
 * Who owns what in each layer of an image, each layer once.
 *
 * @throws UsernsError ERR_IMAGE, ERR_TAR, ERR_COMPRESSION, ERR_FILE
 */
export async function imageOwners(image: Image, options: LayerOptions, host: ImageHost): Promise<LayerOwners[]> {
  const owners: LayerOwners[] = [];
  for (const { layer, place } of distinctLayers(image)) {
    const { tar } = await openLayerTar(layer, host, options);
    // Its digest says that it is whole.
    const found = await scanTar(tar, { name: layer.where, paths: "inside", endMarker: "optional" });
    owners.push({ ...place, ...found });
  }
  return owners;
}
