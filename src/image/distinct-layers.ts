import type { Image, Layer } from "./image.ts";

/** A layer, and the images that have it: by name, with its number in each, from 1. */
export interface LayerPlace {
  /** Of its bytes as they lie there; of its tar, in an archive that does not name them by it. */
  readonly digest: string;
  readonly images: readonly { readonly name: string; readonly layer: number }[];
}

/** The layers of an image, each once. */
export function distinctLayers(image: Image): { readonly layer: Layer; readonly place: LayerPlace }[] {
  const found = new Map<string, { layer: Layer; digest: string; images: { name: string; layer: number }[] }>();
  for (const { name, layers } of image.images) {
    for (const [index, layer] of layers.entries()) {
      const digest = (layer.blob ?? layer.diffId).text;
      const known = found.get(digest) ?? { layer, digest, images: [] };
      known.images.push({ name, layer: index + 1 });
      found.set(digest, known);
    }
  }
  return [...found.values()].map(({ layer, digest, images }) => ({ layer, place: { digest, images } }));
}

/** `layer 3 sha256:9c1f00d7ac01`: its number, in each image where that differs, and the beginning of its digest. */
export function layerName({ digest, images }: LayerPlace): string {
  const numbers = [...new Set(images.map(({ layer }) => layer))].join(", ");
  const [algorithm = "", hex = ""] = digest.split(":");
  return `layer ${numbers} ${algorithm}:${hex.slice(0, 12)}`;
}
