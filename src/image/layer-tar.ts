import { InputLimitError } from "../shift/index.ts";
import { hashed, verified } from "./digest.ts";
import type { ImageHost, UnpackedTar } from "./host.ts";
import type { Layer } from "./image.ts";
import { imageFault } from "./image-fault.ts";

/** How layers are read. */
export interface LayerOptions {
  /** Most bytes that a layer may have unpacked. @default 1 GiB, or 200 times what it has packed */
  readonly maxUnpackedBytes?: number;
  /** Told how many bytes of layers, packed as they lie there, were read since it was last told. */
  readonly onRead?: (bytes: number) => void;
}

/** A layer that unpacks to less is no bomb, however small it was; and what a well-packed one may grow by. */
const HARMLESS_BYTES = 2 ** 30;
const MOST_GROWTH = 200;

/** Most bytes that a layer is taken to have unpacked, by those that it has packed. */
function unpackLimit(packedBytes: number): number {
  return Math.max(HARMLESS_BYTES, packedBytes * MOST_GROWTH);
}

/**
 * A layer's tar, held to a size that no honest layer goes past.
 *
 * @param packedBytes  of it packed: all of them, or those that were read so far
 * @param maxBytes     most that it may have; without it {@link HARMLESS_BYTES}, or {@link MOST_GROWTH} times what it has packed
 * @throws InputLimitError ERR_IMAGE, while it is read
 */
export async function* withinLimit(
  tar: AsyncIterable<Uint8Array>,
  where: string,
  packedBytes: () => number,
  maxBytes?: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of tar) {
    bytes += piece.length;
    const most = maxBytes ?? unpackLimit(packedBytes());
    if (bytes > most) throw tooLarge(where, packedBytes(), most);
    yield piece;
  }
}

/**
 * A layer's tar, held to both its digests as it is read.
 *
 * @throws UsernsError ERR_COMPRESSION; and, while the tar is read, ERR_IMAGE and ERR_FILE
 */
export async function openLayerTar(layer: Layer, host: ImageHost, options: LayerOptions): Promise<UnpackedTar> {
  const packed = layerBytes(layer, host, options);
  const { packing, tar } = await host.unpack(packed, layer.where);
  const limited = withinLimit(tar, layer.where, () => layer.sizeBytes, options.maxUnpackedBytes);
  return { packing, tar: checked(limited, layer, host) };
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
  { diffId, where }: Layer,
  host: ImageHost,
): AsyncGenerator<Uint8Array> {
  const hash = host.hash(diffId.algorithm);
  yield* hashed(tar, hash);
  const hex = hash.hex();
  if (hex !== diffId.hex) throw imageFault(where, `a tar of ${diffId.text}`, `one of ${diffId.algorithm}:${hex}`);
}

function tooLarge(where: string, sizeBytes: number, maxBytes: number): InputLimitError {
  return new InputLimitError("ERR_IMAGE", {
    where,
    expected: `a layer that unpacks to at most ${maxBytes} bytes`,
    got: `more, out of ${sizeBytes} bytes`,
    fix: "if you trust the image, take it with --max-unpacked BYTES",
  });
}
