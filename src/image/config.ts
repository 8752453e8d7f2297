import { type Document, type Written, written } from "./descriptor.ts";
import { type Digest, readDigest } from "./digest.ts";
import type { ImageHost } from "./host.ts";
import type { Layer, NewLayer } from "./image.ts";
import { imageFault } from "./image-fault.ts";
import { items, type JsonPlace, member, showPlace, textAt, textOr } from "./json-document.ts";
import { withEdits } from "./json-edit.ts";

/** Layers of one image. No engine takes more than a few hundred. */
const MOST_LAYERS = 1000;

/** An image's configuration: of all that it says, what its layers are when they are unpacked. */
export interface Config {
  readonly document: Document;
  readonly diffIds: readonly { readonly digest: Digest; readonly place: JsonPlace }[];
  /** `linux/amd64`. */
  readonly platform: string;
}

/**
 * @param layerCount  how many layers the manifest names
 * @throws UsernsError ERR_IMAGE
 * @source OCI image specification, "Image Configuration"
 */
export function readConfig(document: Document, layerCount: number): Config {
  const list = member(member(document.top, "rootfs"), "diff_ids");
  const diffIds = items(list).map((place) => ({ place, digest: readDigest(textAt(place), showPlace(place)) }));
  if (layerCount > MOST_LAYERS) throw imageFault(showPlace(list), `at most ${MOST_LAYERS} layers`, `${layerCount}`);
  if (diffIds.length !== layerCount)
    throw imageFault(showPlace(list), `a digest for each of ${layerCount} layers`, `${diffIds.length}`);
  const [os, architecture, variant] = ["os", "architecture", "variant"].map((name) =>
    textOr(member(document.top, name)),
  );
  const platform = [os, architecture, variant].filter((part) => part !== "").join("/");
  return { document, diffIds, platform: platform === "" ? "an unnamed platform" : platform };
}

/** The configuration for other layers. */
export function rewriteConfig(
  { document, diffIds }: Config,
  layers: readonly Layer[],
  newLayer: (layer: Layer) => NewLayer,
  host: ImageHost,
): Written {
  const edits = diffIds.flatMap(({ place, digest }, index) => {
    const layer = layers[index];
    const next = layer && newLayer(layer).diffId;
    return next && next.text !== digest.text ? [{ path: place.path, value: next.text }] : [];
  });
  return written(withEdits(document.text, edits), host);
}
