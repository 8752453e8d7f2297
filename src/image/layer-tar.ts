import { verified } from "./digest.ts";
import type { ImageHost, UnpackedTar } from "./host.ts";
import type { Layer } from "./image.ts";
import { imageFault } from "./image-fault.ts";

/** How layers are read. */
export interface LayerOptions {
  /** Most bytes that a layer may have unpacked. @default {@link unpackLimit} */
  readonly maxUnpackedBytes?: number;
  /** Told how many bytes of layers, packed as they lie there, were read since it was last told. */
  readonly onRead?: (bytes: number) => void;
}

/** A layer that unpacks to less is no bomb, however small it was; and what a well-packed one may grow by. */
const HARMLESS_BYTES = 2 ** 30;
const MOST_GROWTH = 200;

/** Most bytes that a layer is taken to have unpacked, by those that it has packed. */
export function unpackLimit(packedBytes: number): number {
  return Math.max(HARMLESS_BYTES, packedBytes * MOST_GROWTH);
}

/**
 * A layer's tar, held to both its digests as it is read.
 *
 * @throws UsernsError ERR_COMPRESSION; and, while the tar is read, ERR_IMAGE and ERR_FILE
 */
export async function openLayerTar(layer: Layer, host: ImageHost, options: LayerOptions): Promise<UnpackedTar> {
  const packed = layerBytes(layer, host, options);
  const { packing, tar } = await host.unpack(packed, layer.where);
  return { packing, tar: checked(tar, layer, host, options.maxUnpackedBytes ?? unpackLimit(layer.sizeBytes)) };
}

/** A layer's bytes as they lie there, held to their digest. */
export async function* layerBytes(
  { file, blob, where }: Layer,
  host: ImageHost,
  { onRead }: LayerOptions,
): AsyncGenerator<Uint8Array> {
  for await (const piece of blob ? verified(file.bytes(), blob, host, where) : file.bytes()) {
    onRead?.(piece.length);
    yield piece;
  }
}

async function* checked(
  tar: AsyncIterable<Uint8Array>,
  { diffId, where, sizeBytes }: Layer,
  host: ImageHost,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const hash = host.hash(diffId.algorithm);
  let bytes = 0;
  for await (const piece of tar) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(where, sizeBytes, maxBytes);
    hash.update(piece);
    yield piece;
  }
  const hex = hash.hex();
  if (hex !== diffId.hex) throw imageFault(where, `a tar of ${diffId.text}`, `one of ${diffId.algorithm}:${hex}`);
}

function tooLarge(where: string, sizeBytes: number, maxBytes: number) {
  return imageFault(
    where,
    `a layer that unpacks to at most ${maxBytes} bytes`,
    `more, out of ${sizeBytes} bytes`,
    "if you trust the image, take it with --max-unpacked BYTES",
  );
}
