import { BLOCK } from "./header.ts";

/** How an archive ended: with two blocks of zeros, with one, or with its last entry. */
export type TarEnd = "whole" | "half" | "missing";

/** What stood behind the end marker: it went through as it was. */
export interface AfterEnd {
  readonly bytes: number;
  /** Anything but zeros, which fill an archive up to whole records. */
  readonly hasData: boolean;
}

/**
 * Whether an archive has to have the blocks of zeros that end it.
 *
 * - `require`: one without them was cut off between two entries, for all that anyone can tell: an error.
 * - `optional`: it ends where its bytes do, and the report says so. Old archives and some image layers lack the
 *   blocks, and most readers take them without a word (GNU tar 1.34, Python's tarfile, Go's archive/tar, tar-stream 3),
 *   and one that was cut off there just the same.
 *
 * @source POSIX pax, "ustar Interchange Format": two blocks of zeros end an archive
 */
export type EndMarkerRule = "require" | "optional";

/**
 * The blocks of zeros that end an archive, and what lies behind them.
 *
 * GNU tar and tarfile end at the first such block, whatever follows it; tar-stream, and `tar --ignore-zeros`, read on.
 * Here the archive ends there; what follows is passed on as it is, and reported.
 */
export class EndMarker {
  #isReached = false;
  /** Bytes behind the first block of zeros, and where among them the first one stands that is not zero (-1: nowhere). */
  #bytes = 0;
  #dataAt = -1;

  get isReached(): boolean {
    return this.#isReached;
  }

  /** Say that the first block of zeros was read. */
  reach(): void {
    this.#isReached = true;
  }

  /** Take what lies behind it. @returns the end of the piece */
  pass(piece: Uint8Array, at: number): number {
    if (this.#dataAt < 0) {
      const data = piece.subarray(at).findIndex((byte) => byte !== 0);
      if (data >= 0) this.#dataAt = this.#bytes + data;
    }
    this.#bytes += piece.length - at;
    return piece.length;
  }

  get kind(): TarEnd {
    if (!this.#isReached) return "missing";
    return this.#bytes >= BLOCK && (this.#dataAt < 0 || this.#dataAt >= BLOCK) ? "whole" : "half";
  }

  get after(): AfterEnd {
    return { bytes: this.#bytes - (this.kind === "whole" ? BLOCK : 0), hasData: this.#dataAt >= 0 };
  }
}
