import { isArray, type Operand, wordsOf } from "./columns.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/**
 * The most ids in one call of a kernel. A call that runs while V8 has only baseline code for the kernel stays with it
 * to its end, so long work is cut into pieces.
 */
const CALL_IDS = 65_536;
/** Words in a window, through which arrays of JavaScript's go in and out; more than this gains nothing (measured). */
const WINDOW_WORDS = 16_384;
/**
 * Words in a window for a kernel that reads little else: 4 KiB. In a window of 8 KiB ten million ids take up to twice the
 * time; kernels that look ids up in large tables are slower in short windows (both measured).
 */
export const SHORT_WINDOW_WORDS = 1024;
const LINE_BYTES = 64;
/**
 * Where a large array of JavaScript's begins within a cache line: glibc, and Node with it, puts its own 16 bytes before
 * it. A copy between places that lie alike within a line takes half the time (measured); nothing else depends on it.
 */
const ARRAY_PHASE = 16;

/** Where an operand is for the kernels: at an address, or in an array that is copied to and from a window there. */
interface Place {
  readonly address: number;
  readonly width: 1 | 2;
  readonly array: Uint32Array | null;
  readonly window: Uint32Array | null;
}

/** Brings the operands of bulk calls into Wasm memory, piece by piece where they belong to JavaScript. */
export class WasmOperands {
  readonly #memory: WasmMemory;
  readonly #windows: number[] = [];

  constructor(memory: WasmMemory) {
    this.#memory = memory;
  }

  /**
   * Run a kernel over all ids of the operands.
   *
   * @param kernel   given the addresses of `reads`, then of `writes`, and a number of ids
   * @param windowWords  how long windows may be, if there have to be any
   * @returns        the sum of what it returned
   */
  run(
    length: number,
    reads: readonly Operand[],
    writes: readonly Operand[],
    kernel: (addresses: readonly number[], length: number) => number,
    windowWords = WINDOW_WORDS,
  ): number {
    const windowIds = windowWords / Math.max(...[...reads, ...writes].map(({ width }) => width));
    const places = this.#place(reads, writes, windowIds);
    const step = places.some(({ array }) => array) ? windowIds : CALL_IDS;
    const [from, to] = [places.slice(0, reads.length), places.slice(reads.length)];
    const addresses = places.map(({ address }) => address);
    let sum = 0;
    for (let done = 0; done < length; done += step) {
      const ids = Math.min(step, length - done);
      for (const { array, window, width } of from)
        if (array) window?.set(array.subarray(done * width, (done + ids) * width));
      for (const [k, { array, address, width }] of places.entries())
        if (!array) addresses[k] = address + 4 * done * width;
      sum += kernel(addresses, ids);
      for (const { array, window, width } of to)
        if (window) array?.set(window.length === ids * width ? window : window.subarray(0, ids * width), done * width);
    }
    return sum;
  }

  #place(reads: readonly Operand[], writes: readonly Operand[], windowIds: number): Place[] {
    // Addresses first: taking a window may grow the memory, which empties arrays that are views of it, and windows.
    const found = [...reads, ...writes].map(({ ids, width }) => {
      const words = wordsOf(ids);
      const isInside = words.buffer === this.#memory.words.buffer;
      return { address: words.byteOffset, width, array: isInside || !isArray(ids) ? null : ids };
    });
    const laid: Omit<Place, "window">[] = [];
    for (const [k, one] of found.entries()) {
      const read = laid.slice(0, reads.length)[k - reads.length];
      // What is written lies in the window of what was read for it: so less memory is touched.
      const shared = one.array && read?.array && read.width === one.width ? read : null;
      laid.push(one.array ? { ...one, address: shared?.address ?? this.#window(k, one.array) } : one);
    }
    const { words } = this.#memory;
    return laid.map(({ address, width, array }) => {
      const at = address >>> 2;
      return { address, width, array, window: array && words.subarray(at, at + windowIds * width) };
    });
  }

  /** The address of a window for an array. */
  #window(index: number, { byteOffset }: Uint32Array): number {
    const block = this.#windows[index] ?? this.#memory.take(4 * WINDOW_WORDS + LINE_BYTES);
    this.#windows[index] = block;
    return block + ((ARRAY_PHASE + byteOffset) % LINE_BYTES);
  }
}
