import type { UsernsError } from "../core/index.ts";
import { EntryBody } from "./entry-body.ts";
import { EntryGroup } from "./entry-group.ts";
import { GroupReader } from "./group-reader.ts";
import { BLOCK, FIELDS, shapeOf } from "./header.ts";
import { readPlainSize } from "./number-field.ts";
import { type AfterEnd, EndMarker, type EndMarkerRule, type TarEnd } from "./tar-end.ts";
import { A_TAR, type TarPlace, tarFault } from "./tar-fault.ts";

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
  /** Told of the bytes of the last entry's body, in order and in pieces of any size; they are not to be kept. */
  body?(bytes: Uint8Array): void;
}

/** The first entry that a walk gave nothing of, nor of what came after it. */
export interface Stop {
  readonly entry: number;
  readonly path: string;
  readonly offset: number;
}

/**
 * Walks the bytes of a tar, given in pieces of any size, entry by entry, and gives them back with headers changed.
 *
 * Bodies are passed on and never held; held back are at most the headers of one entry that a piece cuts apart.
 */
export class TarWalk {
  readonly #name: string;
  readonly #visitor: EntryVisitor;
  readonly #endMarker: EndMarkerRule;
  #entries = 0;

  /** Where the piece in hand begins in the archive, and from where on its bytes have not been given back. */
  #offset = 0;
  #kept = 0;
  #out: Uint8Array[] = [];
  #stop: Stop | null = null;

  readonly #group = new GroupReader();
  readonly #body: EntryBody;
  readonly #end = new EndMarker();

  /** @param name  of the archive, for errors */
  constructor(name: string, visitor: EntryVisitor, endMarker: EndMarkerRule) {
    this.#name = name;
    this.#visitor = visitor;
    this.#endMarker = endMarker;
    this.#body = new EntryBody(visitor.body?.bind(visitor));
  }

  get entries(): number {
    return this.#entries;
  }

  /** Where the visitor stopped; null when it did not. */
  get stop(): Stop | null {
    return this.#stop;
  }

  /** The entry whose body is being passed, or else the one that comes next; and how far the archive was read. */
  get place(): TarPlace {
    const [name, offset] = [this.#name, this.#offset];
    const { left, path } = this.#body;
    return left > 0 ? { name, entry: this.#entries, path, offset } : { name, entry: this.#entries + 1, offset };
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
    this.#body.endPiece();
    return this.#out;
  }

  /** Say that there is no more. @throws UsernsError ERR_TAR when that is in the middle of something, or of nothing */
  finish(): void {
    if (this.#end.isReached) return;
    const got = `the end of the input at byte ${this.#offset}`;
    const { heldBytes, missing } = this.#group;
    if (heldBytes > 0) throw this.#fault(this.#offset - heldBytes, `${heldBytes + missing} bytes of headers`, got);
    const { left } = this.#body;
    if (left > 0) throw tarFault(this.place, `${left} more bytes of the entry's body`, got);
    if (this.#offset === 0) throw this.#fault(0, A_TAR, "an empty input");
    if (this.#endMarker === "optional") return;
    const fix = "get the rest of it; if its writer left the marker out, take it with --end-marker optional";
    throw this.#fault(this.#offset, "another entry, or the blocks of zeros that end an archive", got, fix);
  }

  #fault(offset: number, expected: string, got: string, fix?: string): UsernsError {
    const what = offset === 0 && expected !== A_TAR ? `${A_TAR}: ${expected}` : expected;
    return tarFault({ name: this.#name, entry: this.#entries + 1, offset }, what, got, fix);
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
    if (this.#body.left > 0) return this.#body.pass(piece, at);
    if (this.#group.heldBytes > 0) return this.#gather(piece, at);
    if (piece.length - at >= BLOCK && this.#passPlain(piece, at)) return at + BLOCK;
    const begin = this.#offset + at;
    const missing = this.#group.read(piece, at, piece.length, (place, ...words) =>
      this.#fault(begin + place, ...words),
    );
    if (missing > 0) {
      this.#giveBack(piece, at, piece.length);
      this.#group.hold(piece, at, piece.length, missing);
      return piece.length;
    }
    const { rewritten, length } = this.#visit(piece, at, begin);
    if (rewritten === "in place") return at + length;
    this.#giveBack(piece, at, at + length);
    this.#put(rewritten);
    return at + length;
  }

  /** The common case, and why a layer of small files is quick: nothing is made for such an entry. */
  #passPlain(piece: Uint8Array, at: number): boolean {
    const shape = shapeOf(piece[at + FIELDS.type.at] ?? 0);
    if (!shape.isPlain) return false;
    const size = shape.hasBody ? readPlainSize(piece, at) : 0;
    if (size < 0 || !this.#visitor.plain(piece, at)) return false;
    this.#entries++;
    this.#body.beginPlain(piece, at, size);
    return true;
  }

  /** Go on with a group that was cut apart. */
  #gather(piece: Uint8Array, at: number): number {
    const { missing } = this.#group;
    const taken = Math.min(missing, piece.length - at);
    this.#group.hold(piece, at, at + taken, missing - taken);
    this.#kept = at + taken;
    if (this.#group.missing > 0) return this.#kept;
    const begin = this.#offset + this.#kept - this.#group.heldBytes;
    const held = this.#group.readHeld((place, ...words) => this.#fault(begin + place, ...words));
    if (!held) return this.#kept;
    const { rewritten } = this.#visit(held, 0, begin);
    this.#put(rewritten === "in place" ? held : rewritten);
    return this.#kept;
  }

  /**
   * Have the group that was read to its end visited.
   *
   * @returns what becomes of it, and its bytes in all
   */
  #visit(
    bytes: Uint8Array,
    start: number,
    offset: number,
  ): { rewritten: Exclude<Rewritten, "stop"> | Stop; length: number } {
    const { extensions, length, end, summing } = this.#group.take();
    if (end === "zeros") {
      this.#end.reach();
      return { rewritten: "in place", length: BLOCK };
    }
    const hasEntry = end === "entry";
    const entry = this.#entries + 1;
    const place = { bytes, start, length, hasEntry, extensions, offset, name: this.#name, entry };
    const group = new EntryGroup(place, summing);
    if (hasEntry) {
      this.#body.begin(group);
      this.#entries++;
    }
    const rewritten = this.#visitor.entry(group);
    return {
      rewritten: rewritten === "stop" ? { entry, path: group.path(), offset } : rewritten,
      length: length + (hasEntry ? BLOCK : 0),
    };
  }
}
