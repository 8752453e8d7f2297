import { imageFault } from "./image-fault.ts";
import { type SeekableImage, type Superblock, viewOf } from "./squashfs-superblock.ts";
import {
  POINTER_BYTES,
  readBlock,
  readIndex,
  requireWhole,
  type TableIndex,
  type UnpackBlock,
} from "./squashfs-table.ts";

/** The extended attributes of an image: their names and values from `start`, and the index of the lists of them. */
export interface XattrTable {
  readonly start: number;
  /** Where the head of the index begins: where the names start, how many lists there are. */
  readonly head: number;
  readonly lists: number;
  readonly index: TableIndex;
}

const INDEX_HEAD_BYTES = 16;
const LIST_BYTES = 16;
/** Names and values that are looked through; equal lists are kept once, so that images have far less. */
const MAX_BYTES = 64 << 20;
/** The kind of a name, its length, one character; the length of a value. */
const MIN_ENTRY_BYTES = 2 + 2 + 1 + 4;

/** @throws UsernsError ERR_IMAGE */
export async function readXattrTable(image: SeekableImage, head: number): Promise<XattrTable> {
  const bytes = await image.read(head, INDEX_HEAD_BYTES);
  if (bytes.length < INDEX_HEAD_BYTES)
    throw imageFault(
      `${image.name}: extended attributes, byte ${head}`,
      `${INDEX_HEAD_BYTES} bytes`,
      `${bytes.length}`,
    );
  const view = viewOf(bytes);
  const start = Number(view.getBigUint64(0, true));
  const lists = view.getUint32(POINTER_BYTES, true);
  const index = await readIndex(image, head + INDEX_HEAD_BYTES, lists, LIST_BYTES, "extended attributes");
  const first = index.blocks[0] ?? head;
  if (start >= first)
    throw imageFault(
      `${image.name}: extended attributes, byte ${head}`,
      "names before the lists of them",
      `names at ${start}`,
    );
  return { start, head, lists, index };
}

/** Kinds of names, by the number that stands for each; `security.` is the third. */
const SECURITY = 2;
const IS_ELSEWHERE = 0x100;
const CAPABILITY = "capability";

/**
 * Every value of `security.capability` in an image, one after the other.
 *
 * @throws UsernsError ERR_IMAGE, ERR_COMPRESSION; ERR_IMAGE while they are gone through, too
 */
export async function capabilitiesIn(
  image: SeekableImage,
  { compressor }: Superblock,
  table: XattrTable,
  unpack: UnpackBlock,
): Promise<Iterable<Uint8Array>> {
  const read = (from: number, to: number) =>
    readBlocks(image, from, to, (at) => readBlock(image, at, compressor, unpack));
  const names = await read(table.start, table.index.blocks[0] ?? table.head);
  const lists = await read(table.index.blocks[0] ?? table.head, table.head);
  const where = `${image.name}: extended attributes, byte ${table.head}`;
  if (lists.view.byteLength < table.lists * LIST_BYTES)
    throw imageFault(where, `${table.lists} lists of them`, `${lists.view.byteLength} bytes`);
  return listedCapabilities(names, lists, table.lists, where);
}

function* listedCapabilities(names: Blocks, { view }: Blocks, lists: number, where: string): Generator<Uint8Array> {
  // Lists that share their entries would make few bytes into endless work.
  const most = Math.floor(names.view.byteLength / MIN_ENTRY_BYTES);
  let entries = 0;
  for (let list = 0; list < lists; list++) {
    const at = list * LIST_BYTES;
    const count = view.getUint32(at + POINTER_BYTES, true);
    entries += count;
    if (entries > most)
      throw imageFault(where, `lists of at most ${most} attributes in all, none in two of them`, `${entries} and more`);
    let place = names.placeOf(view.getBigUint64(at, true));
    for (let one = 0; one < count; one++) {
      const { isCapability, value, next } = names.entry(place);
      if (isCapability) yield value;
      place = next;
    }
  }
}

async function readBlocks(
  image: SeekableImage,
  from: number,
  to: number,
  read: (at: number) => Promise<{ readonly bytes: Uint8Array; readonly next: number }>,
): Promise<Blocks> {
  const starts = new Map<number, number>();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let at = from; at < to; ) {
    const { bytes, next } = await read(at);
    if (next < to) requireWhole(image.name, at, bytes);
    starts.set(at - from, length);
    parts.push(bytes.slice());
    length += bytes.length;
    at = next;
    if (length > MAX_BYTES)
      throw imageFault(`${image.name}: extended attributes, byte ${at}`, `at most ${MAX_BYTES} bytes of them`, "more");
  }
  const all = new Uint8Array(length);
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return new Blocks(image.name, all, starts);
}

/** Blocks of a table, unpacked, and what refers into them by a block and a place in it. */
class Blocks {
  readonly view: DataView;
  readonly #name: string;
  readonly #bytes: Uint8Array;
  readonly #starts: ReadonlyMap<number, number>;

  constructor(name: string, bytes: Uint8Array, starts: ReadonlyMap<number, number>) {
    this.#name = name;
    this.#bytes = bytes;
    this.#starts = starts;
    this.view = viewOf(bytes);
  }

  /** A reference: where its block begins, and 16 bits of the place in the block. */
  placeOf(reference: bigint): number {
    const start = this.#starts.get(Number(reference >> 16n));
    if (start === undefined) throw this.#bad(`a block at ${reference >> 16n}`);
    return start + Number(reference & 0xffffn);
  }

  /** An attribute: its kind, the length of its name, the name; then its value, or where that stands. */
  entry(at: number): { readonly isCapability: boolean; readonly value: Uint8Array; readonly next: number } {
    const kind = this.#u16(at);
    const nameEnd = at + 4 + this.#u16(at + 2);
    const name = String.fromCharCode(
      ...this.#bytes.subarray(at + 4, Math.min(nameEnd, at + 4 + CAPABILITY.length + 1)),
    );
    const isCapability = (kind & 0xff) === SECURITY && name === CAPABILITY;
    const own = this.#value(nameEnd);
    const isElsewhere = isCapability && (kind & IS_ELSEWHERE) !== 0;
    if (isElsewhere && own.length !== POINTER_BYTES) throw this.#bad("a value's place that is no reference");
    const value = isElsewhere ? this.#value(this.placeOf(viewOf(own).getBigUint64(0, true))) : own;
    return { isCapability, value, next: nameEnd + 4 + own.length };
  }

  #u16(at: number): number {
    if (at + 2 > this.#bytes.length) throw this.#bad("their end in the middle of one");
    return this.view.getUint16(at, true);
  }

  #value(at: number): Uint8Array {
    const length = at + 4 > this.#bytes.length ? Number.NaN : this.view.getUint32(at, true);
    const value = this.#bytes.subarray(at + 4, at + 4 + length);
    if (value.length !== length) throw this.#bad("their end in the middle of one");
    return value;
  }

  #bad(got: string): Error {
    return imageFault(`${this.#name}: extended attributes`, "names and values behind one another", got);
  }
}
