import { UsernsError } from "./errors.ts";

const PAGE_BYTES = 65_536;
/** A cache line: no two blocks share one. */
const ALIGNMENT_BYTES = 64;
const MAX_BYTES = 65_536 * PAGE_BYTES;

interface Block {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Hands out pieces of a Wasm memory and takes them back. Growth leaves every earlier view of the memory empty, so views
 * are made anew from {@link WasmMemory.words} when they are needed.
 */
export class WasmMemory {
  readonly #memory: WebAssembly.Memory;
  /** Free blocks in ascending order; no two adjoin. */
  readonly #free: Block[];
  readonly #taken = new Map<number, number>();
  /** Nothing from here upwards was ever taken: it is still zero. */
  #used: number;
  #words: Uint32Array<ArrayBuffer>;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(memory: WebAssembly.Memory, heapBase: number) {
    const at = roundUp(heapBase, ALIGNMENT_BYTES);
    this.#memory = memory;
    this.#free = [{ at, bytes: memory.buffer.byteLength - at }];
    this.#used = at;
    this.#words = new Uint32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** The whole memory as u32s. Do not keep it: ask again after {@link take}. */
  get words(): Uint32Array<ArrayBuffer> {
    if (this.#words.buffer !== this.#memory.buffer) this.#words = new Uint32Array(this.#memory.buffer);
    return this.#words;
  }

  /** The whole memory as bytes. Do not keep it either. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  /**
   * Take a block, a multiple of 64 bytes into the memory. Its bytes are not cleared.
   *
   * @returns the address, which is above 2³¹ − 1 in the upper half of the memory
   * @throws UsernsError ERR_ENGINE_MEMORY when the memory cannot grow so far
   */
  take(bytes: number): number {
    const wanted = Math.max(ALIGNMENT_BYTES, roundUp(bytes, ALIGNMENT_BYTES));
    const found = this.#free.find((block) => block.bytes >= wanted);
    const block = found ?? this.#grow(wanted);
    const rest = { at: block.at + wanted, bytes: block.bytes - wanted };
    this.#free.splice(this.#free.indexOf(block), 1, ...(rest.bytes > 0 ? [rest] : []));
    this.#taken.set(block.at, wanted);
    this.#used = Math.max(this.#used, rest.at);
    return block.at;
  }

  /** Take a block of zeros. */
  takeCleared(bytes: number): number {
    const used = this.#used;
    const at = this.take(bytes);
    const end = Math.min(at + bytes, used);
    if (at < end) this.bytes.fill(0, at, end);
    return at;
  }

  /** Give a block back. An address that is not taken is a bug of the caller's. */
  give(at: number): void {
    const bytes = this.#taken.get(at);
    if (bytes === undefined) throw new Error(`no block is taken at ${at}`);
    this.#taken.delete(at);
    this.#release({ at, bytes });
  }

  #release(block: Block): void {
    const index = this.#free.findIndex((free) => free.at > block.at);
    const place = index < 0 ? this.#free.length : index;
    const before = this.#free[place - 1];
    const after = this.#free[place];
    const joinsBefore = before !== undefined && before.at + before.bytes === block.at;
    const joinsAfter = after !== undefined && block.at + block.bytes === after.at;
    const at = joinsBefore ? before.at : block.at;
    const bytes = block.bytes + (joinsBefore ? before.bytes : 0) + (joinsAfter ? after.bytes : 0);
    this.#free.splice(place - (joinsBefore ? 1 : 0), (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), { at, bytes });
  }

  /** Grow so that the last free block holds what is wanted; while it is cheap, by more: one growth instead of many. */
  #grow(wanted: number): Block {
    const size = this.#memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const missing = last && last.at + last.bytes === size ? wanted - last.bytes : wanted;
    const roomy = Math.min(Math.max(missing, Math.min(size >>> 1, 1 << 24)), MAX_BYTES - size);
    for (const bytes of new Set([roomy, missing])) {
      const pages = Math.ceil(bytes / PAGE_BYTES);
      if (bytes < missing || !this.#growBy(pages)) continue;
      this.#release({ at: size, bytes: pages * PAGE_BYTES });
      const block = this.#free.at(-1);
      if (block) return block;
    }
    throw new UsernsError("ERR_ENGINE_MEMORY", {
      where: "engine",
      expected: `${wanted} more bytes of Wasm memory`,
      got: `a memory of ${size} bytes that does not grow so far`,
      fix: "free columns and translators that are no longer used, or translate in smaller pieces",
    });
  }

  /** `WebAssembly.Memory.grow` throws a RangeError where the host has no more: that is the answer, not a bug. */
  #growBy(pages: number): boolean {
    try {
      this.#memory.grow(pages);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
