import type { EntryGroup } from "./entry-group.ts";
import { type EntryHeaders, pathBytes, shownText } from "./entry-path.ts";
import { BLOCK, FIELDS, inBlocks, SPARSE_MORE, shapeOf, TYPE } from "./header.ts";

/** What lies behind an entry's headers until the next ones: counted, and never held. */
export class EntryBody {
  /** Bytes to pass of a block of an old GNU sparse header's extension, whether another follows, and of the body. */
  #sparse = 0;
  #sparseMore = false;
  #bytes = 0;
  /** How many of them are the entry's own, and do not fill it up to whole blocks. */
  #content = 0;
  readonly #onBytes: ((bytes: Uint8Array) => void) | undefined;

  /** The headers of the entry, as long as the piece that they lie in is there; then its path. */
  #of: EntryHeaders | null = null;
  #path = "";

  /** @param onBytes  told of the body's bytes, in order; of an old GNU sparse header's extension it is not */
  constructor(onBytes?: (bytes: Uint8Array) => void) {
    this.#onBytes = onBytes;
  }

  /** Bytes that are still to come. */
  get left(): number {
    return this.#sparse + this.#bytes;
  }

  /** The path of the last entry whose body went past the end of its piece. */
  get path(): string {
    return this.#path;
  }

  /** Begin the body of a plain entry. @param size  as the header says, before it is filled up to whole blocks */
  beginPlain(bytes: Uint8Array, header: number, size: number): void {
    this.#bytes = inBlocks(size);
    this.#content = size;
    if (header + BLOCK + this.#bytes > bytes.length) this.#of = { bytes, header, extensions: [] };
  }

  /** @throws UsernsError ERR_TAR for a size that is none */
  begin(group: EntryGroup): void {
    const { bytes, header, extensions } = group;
    const type = bytes[header + FIELDS.type.at] ?? 0;
    const size = shapeOf(type).hasBody ? group.size() : 0;
    this.#sparse = type === TYPE.gnuSparse && bytes[header + SPARSE_MORE.header] !== 0 ? BLOCK : 0;
    this.#bytes = inBlocks(size);
    this.#content = size;
    this.#of = { bytes, header, extensions };
  }

  /** Go past what the piece holds of it. @returns where that ends */
  pass(piece: Uint8Array, at: number): number {
    if (this.#sparse > 0) return this.#passSparse(piece, at);
    const passed = Math.min(this.#bytes, piece.length - at);
    this.#bytes -= passed;
    const own = Math.min(this.#content, passed);
    this.#content -= own;
    if (own > 0) this.#onBytes?.(piece.subarray(at, at + own));
    return at + passed;
  }

  #passSparse(piece: Uint8Array, at: number): number {
    const passed = Math.min(this.#sparse, piece.length - at);
    const flag = at + SPARSE_MORE.block - (BLOCK - this.#sparse);
    if (flag >= at && flag < at + passed) this.#sparseMore = piece[flag] !== 0;
    this.#sparse -= passed;
    if (this.#sparse === 0 && this.#sparseMore) {
      this.#sparse = BLOCK;
      this.#sparseMore = false;
    }
    return at + passed;
  }

  /** Say that the piece is about to be given back: what an error needs of the headers in it is read now. */
  endPiece(): void {
    if (this.#of) this.#path = shownText(pathBytes(this.#of));
    this.#of = null;
  }
}
