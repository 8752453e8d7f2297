import { isArray, isSamePlace, type Operand, wordsOf } from "./columns.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/**
 * The most ids in one call of a kernel. A call that runs while V8 has only baseline code for the kernel stays with it
 * to its end, so long work is cut into pieces.
 */
const CALL_IDS = 65_536;
/** Ids in a window, through which arrays of JavaScript's go in and out; more than this gains nothing (measured). */
const WINDOW_IDS = 16_384;
/** A window holds that many ids with their numbers. */
const WINDOW_BYTES = 8 * WINDOW_IDS;

/** Where an operand is for the kernels: at an address, or in an array that is copied to and from a window there. */
interface Place {
  readonly address: number;
  readonly array: Uint32Array | null;
  readonly width: 1 | 2;
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
   * @returns        the sum of what it returned
   */
  run(
    length: number,
    reads: readonly Operand[],
    writes: readonly Operand[],
    kernel: (addresses: readonly number[], length: number) => number,
  ): number {
    const places = this.#place([...reads, ...writes]);
    const step = places.some(({ array }) => array) ? WINDOW_IDS : CALL_IDS;
    let sum = 0;
    for (let done = 0; done < length; done += step) {
      const ids = Math.min(step, length - done);
      for (const { array, address, width } of places.slice(0, reads.length))
        if (array) this.#memory.words.set(array.subarray(done * width, (done + ids) * width), address >>> 2);
      const addresses = places.map(({ array, address, width }) => (array ? address : address + 4 * done * width));
      sum += kernel(addresses, ids);
      for (const { array, address, width } of places.slice(reads.length))
        if (array) array.set(this.#memory.words.subarray(address >>> 2, (address >>> 2) + ids * width), done * width);
    }
    return sum;
  }

  #place(operands: readonly Operand[]): Place[] {
    // Addresses first: taking a window may grow the memory, which empties arrays that are views of it.
    const found = operands.map(({ ids, width }) => {
      const words = wordsOf(ids);
      const isInside = words.buffer === this.#memory.words.buffer;
      return { address: words.byteOffset, array: isInside || !isArray(ids) ? null : ids, width };
    });
    const places: Place[] = [];
    for (const { address, array, width } of found) {
      const same = array && places.find((place) => place.array && isSamePlace(place.array, array));
      if (same) places.push(same);
      else places.push(array ? { address: this.#window(places.length), array, width } : { address, array, width });
    }
    return places;
  }

  #window(index: number): number {
    const window = this.#windows[index] ?? this.#memory.take(WINDOW_BYTES);
    this.#windows[index] = window;
    return window;
  }
}
