import type { UsernsError } from "../core/index.ts";
import { isZeroBlock, type Summing, verifyChecksum } from "./checksum.ts";
import { EntryGroup, type Extension, pathOf, tarFault } from "./entry-group.ts";
import { BLOCK, FIELDS, inBlocks, isExtension, SPARSE_MORE, shapeOf, TYPE } from "./header.ts";
import { readNumber, readPlainSize } from "./number-field.ts";
import { type AfterEnd, EndMarker, type TarEnd } from "./tar-end.ts";

/**
 * Most bytes of extension headers before one entry. Go's archive/tar, and so every container engine written in Go,
 * takes no extended header above 1 MiB (`maxSpecialFileSize`).
 */
export const MAX_EXTENSION_BYTES = 1 << 20;

/** What to do with an entry's headers: let them through as they now are, put others in their place, or stop. */
export type Rewritten = Uint8Array | "in place" | "stop";

/** What is done with the entries that a walk meets. */
export interface EntryVisitor {
  /**
   * A header of plain ustar at `bytes[at … at + 512)` that nothing before it says anything about; may be changed.
   *
   * @returns false, the bytes untouched, to be given it as an {@link EntryVisitor.entry}
   */
  plain(bytes: Uint8Array, at: number): boolean;
  entry(group: EntryGroup): Rewritten;
}

/** The first entry that a walk gave nothing of, nor of what came after it. */
export interface Stop {
  readonly entry: number;
  readonly path: string;
  readonly offset: number;
}

/** What stands at the next header's place. */
type Next = "entry" | "global" | "zeros";

/**
 * Walks the bytes of a tar, given in pieces of any size, entry by entry, and gives them back with headers changed.
 *
 * Bodies are passed on and never held; held back are at most the headers of one entry that a piece cuts apart.
 */
export class TarWalk {
  readonly #name: string;
  readonly #visitor: EntryVisitor;
  #entries = 0;

  /** Where the piece in hand begins in the archive, and from where on its bytes have not been given back. */
  #offset = 0;
  #kept = 0;
  #out: Uint8Array[] = [];
  #stop: Stop | null = null;

  /** The group being read: where each extension begins in it, their length, and what follows them. */
  #extensions: number[] = [];
  #length = 0;
  #next: Next = "entry";
  #summing: Summing = "unsigned";

  /** A group that a piece cut apart: its bytes so far, and how many more to wait for. */
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #missing = 0;

  /** Bytes to pass of a block of an old GNU sparse header's extension, whether another follows, and of the body. */
  #sparse = 0;
  #sparseMore = false;
  #body = 0;
  #bodyOf: { bytes: Uint8Array; header: number; extensions: readonly Extension[] } | null = null;
  #bodyPath = "";

  readonly #end = new EndMarker();

  /** @param name  of the archive, for errors */
  constructor(name: string, visitor: EntryVisitor) {
    this.#name = name;
    this.#visitor = visitor;
  }

  get entries(): number {
    return this.#entries;
  }

  /** Where the visitor stopped; null when it did not. */
  get stop(): Stop | null {
    return this.#stop;
  }

  get end(): TarEnd {
    return this.#end.kind;
  }

  get afterEnd(): AfterEnd {
    return this.#end.after;
  }

  /**
   * Take the next piece of the archive.
   *
   * @param piece  changed in place where headers are; its parts are what is given back
   * @returns      the bytes to write, in order; none once the visitor has stopped
   * @throws       UsernsError ERR_TAR
   */
  push(piece: Uint8Array): readonly Uint8Array[] {
    this.#out = [];
    this.#kept = 0;
    for (let at = 0; at < piece.length; ) at = this.#step(piece, at);
    this.#giveBack(piece, piece.length, piece.length);
    this.#offset += piece.length;
    const last = this.#bodyOf;
    if (last) this.#bodyPath = pathOf(last.bytes, last.header, last.extensions);
    this.#bodyOf = null;
    return this.#out;
  }

  /** Say that there is no more. @throws UsernsError ERR_TAR when that is in the middle of something, or of nothing */
  finish(): void {
    if (this.#end.isReached) return;
    const got = `the end of the input at byte ${this.#offset}`;
    if (this.#heldBytes > 0)
      throw this.#fault(this.#offset - this.#heldBytes, `${this.#heldBytes + this.#missing} bytes of headers`, got);
    const left = this.#sparse + this.#body;
    if (left > 0) {
      const place = { name: this.#name, entry: this.#entries, path: this.#bodyPath, offset: this.#offset };
      throw tarFault(place, `${left} more bytes of the entry's body`, got);
    }
    if (this.#offset === 0) throw this.#fault(0, "a tar archive", "an empty input");
  }

  #fault(offset: number, expected: string, got: string): UsernsError {
    return tarFault({ name: this.#name, entry: this.#entries + 1, offset }, expected, got);
  }

  /** Give back what lies before `to`, and go on at `from`. */
  #giveBack(piece: Uint8Array, to: number, from: number): void {
    const isWhole = this.#kept === 0 && to === piece.length;
    if (to > this.#kept && !this.#stop) this.#out.push(isWhole ? piece : piece.subarray(this.#kept, to));
    this.#kept = from;
  }

  /** Give back headers made anew. After a stop there is nothing to give. */
  #put(rewritten: Uint8Array | Stop): void {
    if (!(rewritten instanceof Uint8Array)) this.#stop ??= rewritten;
    else if (!this.#stop) this.#out.push(rewritten);
  }

  #step(piece: Uint8Array, at: number): number {
    if (this.#end.isReached) return this.#end.pass(piece, at);
    if (this.#sparse > 0) return this.#passSparse(piece, at);
    if (this.#body > 0) {
      const passed = Math.min(this.#body, piece.length - at);
      this.#body -= passed;
      return at + passed;
    }
    if (this.#heldBytes > 0) return this.#gather(piece, at);
    if (piece.length - at >= BLOCK && this.#passPlain(piece, at)) return at + BLOCK;
    const missing = this.#readOn(piece, at, piece.length);
    if (missing > 0) {
      this.#giveBack(piece, at, piece.length);
      this.#hold(piece, at, piece.length, missing);
      return piece.length;
    }
    const end = at + this.#length + (this.#next === "global" ? 0 : BLOCK);
    const rewritten = this.#visit(piece, at, this.#offset + at);
    if (rewritten === "in place") return end;
    this.#giveBack(piece, at, end);
    this.#put(rewritten);
    return end;
  }

  /** The common case, and why a layer of small files is quick: nothing is made for such an entry. */
  #passPlain(piece: Uint8Array, at: number): boolean {
    const shape = shapeOf(piece[at + FIELDS.type.at] ?? 0);
    if (!shape.isPlain) return false;
    const size = shape.hasBody ? readPlainSize(piece, at) : 0;
    if (size < 0 || !this.#visitor.plain(piece, at)) return false;
    this.#entries++;
    this.#body = inBlocks(size);
    if (at + BLOCK + this.#body > piece.length) this.#bodyOf = { bytes: piece, header: at, extensions: [] };
    return true;
  }

  /** Go on with a group that was cut apart. */
  #gather(piece: Uint8Array, at: number): number {
    const taken = Math.min(this.#missing, piece.length - at);
    this.#hold(piece, at, at + taken, this.#missing - taken);
    this.#kept = at + taken;
    if (this.#missing > 0) return this.#kept;
    this.#missing = this.#readOn(this.#held, 0, this.#heldBytes);
    if (this.#missing > 0) return this.#kept;
    const held = this.#held.subarray(0, this.#heldBytes);
    this.#held = new Uint8Array(0);
    this.#heldBytes = 0;
    const rewritten = this.#visit(held, 0, this.#offset + this.#kept - held.length);
    this.#put(rewritten === "in place" ? held : rewritten);
    return this.#kept;
  }

  #hold(piece: Uint8Array, from: number, to: number, missing: number): void {
    const bytes = this.#heldBytes + to - from;
    if (bytes > this.#held.length) {
      const wider = new Uint8Array(Math.max(2 * BLOCK, 2 * this.#held.length, bytes));
      wider.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = wider;
    }
    this.#held.set(piece.subarray(from, to), this.#heldBytes);
    this.#heldBytes = bytes;
    this.#missing = missing;
  }

  /**
   * Read on in the group that begins at `start`.
   *
   * @returns how many bytes are missing behind `end`; 0 when the group is whole, and `#next` says what stands there
   */
  #readOn(bytes: Uint8Array, start: number, end: number): number {
    const offsetOf = (at: number) => this.#offset + at - (bytes === this.#held ? this.#heldBytes - this.#kept : 0);
    for (;;) {
      const at = start + this.#length;
      if (end - at < BLOCK) return BLOCK - (end - at);
      const summing = verifyChecksum(bytes, at);
      if (!summing) {
        if (!isZeroBlock(bytes, at))
          throw this.#fault(offsetOf(at), "a header whose checksum is right", "another sum of its bytes");
        if (this.#length > 0) throw this.#fault(offsetOf(at), "an entry after its extended header", "the end marker");
        this.#next = "zeros";
        return 0;
      }
      const type = bytes[at + FIELDS.type.at] ?? 0;
      if (!isExtension(type)) {
        this.#next = "entry";
        this.#summing = summing;
        return 0;
      }
      const size = readNumber(bytes, at, FIELDS.size);
      const total = BLOCK + inBlocks(size);
      if (!(size >= 0 && this.#length + total <= MAX_EXTENSION_BYTES)) {
        const got = `a size of ${size}${this.#length > 0 ? ` after ${this.#length} bytes of others` : ""}`;
        throw this.#fault(offsetOf(at), `an extended header of at most ${MAX_EXTENSION_BYTES} bytes`, got);
      }
      if (end - at < total) return total - (end - at);
      this.#extensions.push(this.#length);
      this.#length += total;
      if (type === TYPE.paxGlobal && this.#extensions.length === 1) {
        this.#next = "global";
        return 0;
      }
    }
  }

  /** The group that `#readOn` found whole, at `bytes[start]`. */
  #visit(bytes: Uint8Array, start: number, offset: number): Uint8Array | "in place" | Stop {
    const [extensions, length] = [this.#extensions, this.#length];
    this.#extensions = [];
    this.#length = 0;
    if (this.#next === "zeros") {
      this.#end.reach();
      return "in place";
    }
    const hasEntry = this.#next === "entry";
    const entry = this.#entries + 1;
    const place = { bytes, start, length, hasEntry, extensions, offset, name: this.#name, entry };
    const group = new EntryGroup(place, this.#summing);
    if (hasEntry) this.#beginBody(group);
    const rewritten = this.#visitor.entry(group);
    return rewritten === "stop" ? { entry, path: group.path(), offset } : rewritten;
  }

  #beginBody(group: EntryGroup): void {
    const { bytes, header, extensions } = group;
    const type = bytes[header + FIELDS.type.at] ?? 0;
    const size = shapeOf(type).hasBody ? group.size() : 0;
    this.#entries++;
    this.#sparse = type === TYPE.gnuSparse && bytes[header + SPARSE_MORE.header] !== 0 ? BLOCK : 0;
    this.#body = inBlocks(size);
    this.#bodyOf = { bytes, header, extensions };
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
}
