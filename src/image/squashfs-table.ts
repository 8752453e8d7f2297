import { imageFault } from "./image-fault.ts";
import { type SeekableImage, type SquashfsCompressor, viewOf } from "./squashfs-superblock.ts";

/** Unpacks a block of a table. @throws UsernsError ERR_COMPRESSION for what the machine has no way to unpack */
export type UnpackBlock = (
  compressor: SquashfsCompressor,
  bytes: Uint8Array,
  maxBytes: number,
  where: string,
) => Uint8Array;

/** Bytes that a block of a table holds, unpacked, and bytes of the number before it. */
export const BLOCK_BYTES = 8192;
export const HEAD_BYTES = 2;
/** Set in the number before a block that is not packed; the others are its length. */
const IS_PLAIN = 0x8000;
export const POINTER_BYTES = 8;

/** A list of where a table's blocks begin: the blocks lie before it, one behind the other. */
export interface TableIndex {
  readonly start: number;
  readonly end: number;
  readonly blocks: readonly number[];
}

/**
 * The index of a table: a pointer a block.
 *
 * @param items      of the table, each of `itemBytes`
 * @throws UsernsError ERR_IMAGE when blocks do not lie before it in order
 */
export async function readIndex(
  image: SeekableImage,
  start: number,
  items: number,
  itemBytes: number,
  table: string,
): Promise<TableIndex> {
  const count = Math.ceil((items * itemBytes) / BLOCK_BYTES);
  const length = count * POINTER_BYTES;
  const where = `${image.name}: table of ${table}, byte ${start}`;
  if (length === 0 || start + length > image.sizeBytes)
    throw imageFault(where, "pointers to its blocks, in the image", `${count} pointers`);
  const view = viewOf(await image.read(start, length));
  const blocks = Array.from({ length: count }, (_, index) => Number(view.getBigUint64(index * POINTER_BYTES, true)));
  const isBlock = (length: number): boolean => length > HEAD_BYTES && length <= HEAD_BYTES + BLOCK_BYTES;
  const isInOrder = blocks.every((block, index) => isBlock((blocks[index + 1] ?? start) - block));
  if (!isInOrder)
    throw imageFault(where, "blocks that lie before it, in order", `blocks at ${blocks.slice(0, 8).join(", ")}`);
  return { start, end: start + length, blocks };
}

/** A block, unpacked, and where the next one begins. @throws UsernsError ERR_IMAGE, ERR_COMPRESSION */
export async function readBlock(
  image: SeekableImage,
  at: number,
  compressor: SquashfsCompressor,
  unpack: UnpackBlock,
): Promise<{ readonly bytes: Uint8Array; readonly next: number }> {
  const where = placeOf(image.name, at);
  const stored = await image.read(at, HEAD_BYTES + BLOCK_BYTES);
  const head = stored.length < HEAD_BYTES ? 0 : viewOf(stored).getUint16(0, true);
  const length = head & ~IS_PLAIN;
  const body = stored.subarray(HEAD_BYTES, HEAD_BYTES + length);
  if (length === 0 || length > BLOCK_BYTES || body.length < length)
    throw imageFault(where, `a block of 1 to ${BLOCK_BYTES} bytes`, `${length} bytes, ${body.length} of them there`);
  const bytes = head & IS_PLAIN ? body : unpack(compressor, body, BLOCK_BYTES, where);
  return { bytes, next: at + HEAD_BYTES + length };
}

/** Every block of a table but its last holds as much as one can. @throws UsernsError ERR_IMAGE */
export function requireWhole(name: string, at: number, bytes: Uint8Array): void {
  if (bytes.length < BLOCK_BYTES)
    throw imageFault(placeOf(name, at), `a block of ${BLOCK_BYTES} bytes before the next one`, `${bytes.length}`);
}

function placeOf(name: string, at: number): string {
  return `${name}: block of a table, byte ${at}`;
}

/** A table as blocks that are not packed, which the format allows, and its index, for a place in the image. */
export function plainTable(bytes: Uint8Array, at: number): { readonly bytes: Uint8Array; readonly index: number } {
  const count = Math.ceil(bytes.length / BLOCK_BYTES);
  const index = bytes.length + count * HEAD_BYTES;
  const out = new Uint8Array(index + count * POINTER_BYTES);
  const view = viewOf(out);
  let to = 0;
  for (let block = 0; block < count; block++) {
    const body = bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
    view.setBigUint64(index + block * POINTER_BYTES, BigInt(at + to), true);
    view.setUint16(to, body.length | IS_PLAIN, true);
    out.set(body, to + HEAD_BYTES);
    to += HEAD_BYTES + body.length;
  }
  return { bytes: out, index: at + index };
}
