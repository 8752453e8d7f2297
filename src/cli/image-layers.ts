import type { Image, Layer, LayerOptions, LayerPlace } from "../image/index.ts";
import { distinctLayers, layerName } from "../image/index.ts";
import { readCount } from "./count-option.ts";
import type { Reading } from "./progress.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

/** The option of commands that unpack layers, and its help. */
export const MAX_UNPACKED = {
  flags: "--max-unpacked <bytes>",
  help: "most that a layer may unpack to; without it 1 GiB, or 200 times its packed size",
} as const;

/** How the layers of an image are read, and how far that has come. */
export function layerReading(
  image: Image,
  maxUnpacked: string | undefined,
): { options: LayerOptions; reading: Reading } {
  return readingOf(
    distinctLayers(image).map(({ layer }) => layer),
    maxUnpacked,
  );
}

/** How layers are read, each once, and how far that has come. */
export function readingOf(
  layers: readonly Pick<Layer, "sizeBytes">[],
  maxUnpacked: string | undefined,
): { options: LayerOptions; reading: Reading } {
  let read = 0;
  const onRead = (bytes: number): void => {
    read += bytes;
  };
  const limit = maxUnpacked === undefined ? {} : { maxUnpackedBytes: readCount(maxUnpacked, "--max-unpacked") };
  const sizeBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  return { options: { onRead, ...limit }, reading: { sizeBytes, bytesRead: () => read } };
}

/** `layer 3 sha256:9c1f00d7ac01`, and the images that have it: where there is more than one image. */
export function layerLine(
  place: LayerPlace,
  image: { readonly images: readonly unknown[] },
  terminal: Terminal,
): string {
  const names = place.images.map(({ name }) => withoutControls(name)).join(", ");
  const line = terminal.colors.bold(layerName(place));
  return image.images.length > 1 ? `${line} of ${names}` : line;
}

/** `3 layers`, `1 entry`. */
export function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `app.oci.tar: 2 images, 3 layers, 272 entries` */
export function imageLine(found: {
  readonly image: string;
  readonly images: readonly unknown[];
  readonly layers: readonly { readonly entries: number }[];
}): string {
  const { image, images, layers } = found;
  const entries = layers.reduce((sum, layer) => sum + layer.entries, 0);
  const counts = [
    countOf(images.length, "image", "images"),
    countOf(layers.length, "layer", "layers"),
    countOf(entries, "entry", "entries"),
  ];
  return `${withoutControls(image)}: ${counts.join(", ")}`;
}
