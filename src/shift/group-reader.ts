import type { UsernsError } from "../core/index.ts";
import { isZeroBlock, type Summing, verifyChecksum } from "./checksum.ts";
import { BLOCK, FIELDS, inBlocks, isExtension, TYPE } from "./header.ts";
import { readNumber } from "./number-field.ts";

/**
 * Most bytes of extension headers before one entry. Go's archive/tar, and so every container engine written in Go,
 * takes no extended header above 1 MiB (`maxSpecialFileSize`).
 */
export const MAX_EXTENSION_BYTES = 1 << 20;

/** What stands behind the extensions of a group: an entry's own header, nothing (they are global), or the end marker. */
export type GroupEnd = "entry" | "global" | "zeros";

/** The headers of one entry, as they lie behind one another. */
export interface GroupShape {
  /** Where each extension begins, counted from the group's start. */
  readonly extensions: readonly number[];
  /** Bytes of all extensions. */
  readonly length: number;
  readonly end: GroupEnd;
  /** How the checksum of the entry's own header was made. */
  readonly summing: Summing;
}

/** Makes the error for a byte of the group, counted from its start. */
export type GroupFail = (at: number, expected: string, got: string) => UsernsError;

/** Finds out how far the headers of an entry go, and keeps them while a piece of the input cuts them apart. */
export class GroupReader {
  #extensions: number[] = [];
  #length = 0;
  #end: GroupEnd = "entry";
  #summing: Summing = "unsigned";

  /** A group that a piece cut apart: its bytes so far, and how many more to wait for. */
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #missing = 0;

  /** Bytes of a group that was cut apart, and what it waits for. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get missing(): number {
    return this.#missing;
  }

  /** The shape of the group that was read to its end; the next one begins anew. */
  take(): GroupShape {
    const shape = { extensions: this.#extensions, length: this.#length, end: this.#end, summing: this.#summing };
    this.#extensions = [];
    this.#length = 0;
    return shape;
  }

  /** Keep a part of a group until the rest comes. */
  hold(piece: Uint8Array, from: number, to: number, missing: number): void {
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

  /** Read on in the group that is held. @returns its bytes once it is whole; null while some are missing */
  readHeld(fail: GroupFail): Uint8Array | null {
    this.#missing = this.read(this.#held, 0, this.#heldBytes, fail);
    if (this.#missing > 0) return null;
    const held = this.#held.subarray(0, this.#heldBytes);
    this.#held = new Uint8Array(0);
    this.#heldBytes = 0;
    return held;
  }

  /**
   * Read on in the group that begins at `start`.
   *
   * @returns how many bytes are missing behind `end`; 0 when the group is whole, to be had from {@link take}
   * @throws  what `fail` makes
   */
  read(bytes: Uint8Array, start: number, end: number, fail: GroupFail): number {
    for (;;) {
      const at = start + this.#length;
      if (end - at < BLOCK) return BLOCK - (end - at);
      const summing = verifyChecksum(bytes, at);
      if (!summing) {
        if (!isZeroBlock(bytes, at))
          throw fail(this.#length, "a header whose checksum is right", "another sum of its bytes");
        if (this.#length > 0) throw fail(this.#length, "an entry after its extended header", "the end marker");
        this.#end = "zeros";
        return 0;
      }
      const type = bytes[at + FIELDS.type.at] ?? 0;
      if (!isExtension(type)) {
        this.#end = "entry";
        this.#summing = summing;
        return 0;
      }
      const total = this.#sizeOf(bytes, at, fail);
      if (end - at < total) return total - (end - at);
      this.#extensions.push(this.#length);
      this.#length += total;
      if (type === TYPE.paxGlobal && this.#extensions.length === 1) {
        this.#end = "global";
        return 0;
      }
    }
  }

  /** Bytes of the extension at `at`: its header, and its body in whole blocks. */
  #sizeOf(bytes: Uint8Array, at: number, fail: GroupFail): number {
    const size = readNumber(bytes, at, FIELDS.size);
    const total = BLOCK + inBlocks(size);
    if (size >= 0 && this.#length + total <= MAX_EXTENSION_BYTES) return total;
    const got = `a size of ${size}${this.#length > 0 ? ` after ${this.#length} bytes of others` : ""}`;
    throw fail(this.#length, `an extended header of at most ${MAX_EXTENSION_BYTES} bytes`, got);
  }
}
