import { imageFault } from "./image-fault.ts";
import { type SeekableImage, viewOf } from "./squashfs-superblock.ts";
import { POINTER_BYTES, plainTable, type TableIndex } from "./squashfs-table.ts";
import type { XattrTable } from "./squashfs-xattrs.ts";

/** A loop device has whole sectors; mksquashfs fills files up to this. */
const FILE_UNIT = 4096;
/** Most bytes of tables that are written again: those of more than 100 million inodes. */
const MAX_BYTES = 1 << 30;

/** Tables put behind an image, one behind the other, and what they point to moved with them. */
export class SquashfsTail {
  readonly #image: SeekableImage;
  readonly #offset: number;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** @param offset  where the image ends, and its tail begins */
  constructor(image: SeekableImage, offset: number) {
    this.#image = image;
    this.#offset = offset;
  }

  /** Where the next table goes. */
  get end(): number {
    return this.#offset + this.#length;
  }

  #add(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  /** Copy a table, its blocks and its index. @returns where the index is now */
  async copy({ start, end, blocks }: TableIndex): Promise<number> {
    const first = blocks[0] ?? start;
    const by = this.end - first;
    this.#add(moved(await this.#read(first, end), start - first, by));
    return start + by;
  }

  /** Copy names, values and the lists of them. @returns where the head of the index is now */
  async copyXattrs({ start, head, index }: XattrTable): Promise<number> {
    const by = this.end - start;
    const bytes = moved(await this.#read(start, index.end), index.start - start, by);
    movePointer(bytes, head - start, by);
    this.#add(bytes);
    return head + by;
  }

  /** Add a table that is not packed. @returns where its index is */
  addTable(items: Uint8Array): number {
    const { bytes, index } = plainTable(items, this.end);
    this.#add(bytes);
    return index;
  }

  /** All of it, and zeros up to where a file may end. */
  filled(): Uint8Array {
    const zeros = (FILE_UNIT - (this.end % FILE_UNIT)) % FILE_UNIT;
    const all = new Uint8Array(this.#length + zeros);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  async #read(start: number, end: number): Promise<Uint8Array> {
    const where = `${this.#image.name}: tables, byte ${start}`;
    if (end - start > MAX_BYTES) throw imageFault(where, `at most ${MAX_BYTES} bytes of them`, `${end - start}`);
    return (await this.#image.read(start, end - start)).slice();
  }
}

/** The pointers from `at` on moved, in place. */
function moved(bytes: Uint8Array, at: number, by: number): Uint8Array {
  for (let pointer = at; pointer < bytes.length; pointer += POINTER_BYTES) movePointer(bytes, pointer, by);
  return bytes;
}

function movePointer(bytes: Uint8Array, at: number, by: number): void {
  const view = viewOf(bytes);
  view.setBigUint64(at, view.getBigUint64(at, true) + BigInt(by), true);
}
