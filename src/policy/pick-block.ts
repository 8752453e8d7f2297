import type { Range } from "../core/index.ts";
import { BLOCK, CONTAINER_BASES } from "./uid-ranges.ts";

/** So many blocks are tried before a name gets none. @source systemd: nspawn and nsresourced try as often */
const TRIES = 100;

/**
 * A free block for a name: the same one each time as long as it is free, so that a container that comes back finds its
 * files; then others that the name leads to. systemd hashes with a key of its own and goes on at random; here every
 * candidate is hashed, so that equal input gives equal output.
 *
 * @param isFree  is nobody's and no account's
 * @returns       null when none of a hundred was free
 */
export function pickBlock(name: string, isFree: (block: Range) => boolean): Range | null {
  return pickFrom(name, CONTAINER_BASES.first, CONTAINER_BASES.last, BLOCK, isFree);
}

/** {@link pickBlock} of another size: multiples of it from `first` to `last`. */
export function pickFrom(
  name: string,
  first: number,
  last: number,
  size: number,
  isFree: (block: Range) => boolean,
): Range | null {
  const places = Math.floor((last - first) / size) + 1;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const block = { first: first + (hash(`${name}\n${attempt}`) % places) * size, count: size };
    if (isFree(block)) return block;
  }
  return null;
}

/** FNV-1a of the UTF-16 units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
