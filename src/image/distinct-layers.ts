import type { Image, Layer } from "./image.ts";

/** A layer, and the images that have it: by name, with its number in each, from 1. */
export interface LayerPlace {
  /** Of its bytes as they lie there; of its tar, in an archive that does not name them by it. */
  readonly digest: string;
  readonly images: readonly { readonly name: string; readonly layer: number }[];
}

/**
 * The layers of an image, each once. Of the same bytes of which two configurations say that they unpack to different
 * tars, one lies: they are two, and each is held to what is said of it.
 */
export function distinctLayers(image: Image): { readonly layer: Layer; readonly place: LayerPlace }[] {
  const found = new Map<string, { layer: Layer; digest: string; images: { name: string; layer: number }[] }>();
  for (const { name, layers } of image.images) {
    for (const [index, layer] of layers.entries()) {
      const key = layerIdentity(layer);
      const known = found.get(key) ?? { layer, digest: (layer.blob ?? layer.diffId).text, images: [] };
      known.images.push({ name, layer: index + 1 });
      found.set(key, known);
    }
  }
  return [...found.values()].map(({ layer, digest, images }) => ({ layer, place: { digest, images } }));
}

/** What tells a layer from others: which bytes it has, and what they are said to unpack to. */
export function layerIdentity({ blob, diffId, file }: Layer): string {
  return `${diffId.text} ${blob?.text ?? `${file.place.offset} ${file.place.path}`}`;
}

/** `layer 3 sha256:9c1f00d7ac01`: its number, in each image where that differs, and the beginning of its digest. */
export function layerName({ digest, images }: LayerPlace): string {
  const numbers = [...new Set(images.map(({ layer }) => layer))].join(", ");
  const [algorithm = "", hex = ""] = digest.split(":");
  return `layer ${numbers} ${algorithm}:${hex.slice(0, 12)}`;
}
