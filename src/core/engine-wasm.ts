import type { AccessTable } from "./access.ts";
import { checkLength, checkOperands, failForeign, failFreed, failNumbers, isArray, operand } from "./columns.ts";
import {
  type Column,
  type Engine,
  HEADER,
  HEADER_PLACES,
  type HeaderShifter,
  type Ids,
  type Translator,
} from "./engine.ts";
import type { FlatRoute } from "./flat-route.ts";
import type { NamespaceNumber } from "./kuid64.ts";
import type { PlacedId } from "./route.ts";
import { classicalTable, givesNumbers, Lookups } from "./segment-columns.ts";
import { checkHeader } from "./tar-header.ts";
import { WasmAccessTable } from "./wasm-access.ts";
import { type Kernels, kernelsOf } from "./wasm-kernels.ts";
import { WasmMemory } from "./wasm-memory.ts";
import { SHORT_WINDOW_WORDS, WasmOperands } from "./wasm-operands.ts";
import { WasmRoute } from "./wasm-route.ts";
import { WasmTable } from "./wasm-table.ts";

/** Ids translated through a table from which on their blocks (see wasm-table.ts) pay for the time that they take to build (measured). */
const MANY_IDS = 8192;

/** One instance of the Wasm core: what its columns and translators share. */
interface Core {
  readonly kernels: Kernels;
  readonly memory: WasmMemory;
  readonly operands: WasmOperands;
}

class WasmColumn implements Column {
  readonly length: number;
  readonly memory: WasmMemory;
  #address: number | null;
  #view: Uint32Array<ArrayBuffer> | null = null;

  constructor(memory: WasmMemory, length: number) {
    this.memory = memory;
    this.length = length;
    this.#address = memory.takeCleared(4 * length);
  }

  view(): Uint32Array {
    if (this.#address === null) failFreed("column");
    const { buffer } = this.memory.words;
    if (this.#view?.buffer !== buffer) this.#view = new Uint32Array(buffer, this.#address, this.length);
    return this.#view;
  }

  free(): void {
    if (this.#address === null) failFreed("column");
    this.memory.give(this.#address);
    this.#address = null;
    this.#view = null;
  }
}

class WasmTranslator implements Translator {
  readonly core: Core;
  readonly #flat: FlatRoute;
  readonly #lookups: Lookups;
  readonly #table: WasmTable;
  #route: WasmRoute | null = null;
  #ids = 0;
  #isFreed = false;

  constructor(core: Core, route: FlatRoute) {
    this.core = core;
    this.#flat = route;
    this.#lookups = new Lookups(route);
    this.#table = new WasmTable(core.memory, core.kernels, classicalTable(route));
  }

  /** The address of the table of classical ids. */
  get table(): number {
    if (this.#isFreed) failFreed("translator");
    return this.#table.address;
  }

  one(id: number): number {
    return this.#lookups.one(id);
  }

  place(id: number, number: NamespaceNumber): PlacedId {
    return this.#lookups.place(id, number);
  }

  ids(from: Ids, to: Ids = from): number {
    const { table } = this;
    const reads = [this.#operand("from", from)];
    const writes = [this.#operand("to", to)];
    const length = checkOperands(reads, writes);
    if (this.#areMany(length)) this.#table.prepareForMany();
    const { translateVertical, translateByBlocks, translateBySearch } = this.core.kernels;
    const kernel = this.#table.isVertical
      ? translateVertical
      : this.#table.hasBlocks
        ? translateByBlocks
        : translateBySearch;
    return this.core.operands.run(
      length,
      reads,
      writes,
      ([a = 0, b = 0], count) => kernel(table, a, b, count),
      this.#table.isVertical ? SHORT_WINDOW_WORDS : undefined,
    );
  }

  packed(from: Ids, to: Ids = from): number {
    const reads = [this.#operand("from", from, 2)];
    const writes = [this.#operand("to", to, 2)];
    const length = checkOperands(reads, writes);
    const { address } = this.#routeFor(length);
    const { translatePacked } = this.core.kernels;
    return this.core.operands.run(length, reads, writes, ([a = 0, b = 0], count) =>
      translatePacked(address, a, b, count),
    );
  }

  split(fromIds: Ids, fromNumbers: Ids, toIds: Ids = fromIds, toNumbers?: Ids): number {
    const reads = [this.#operand("fromIds", fromIds), this.#operand("fromNumbers", fromNumbers)];
    const writes = [this.#operand("toIds", toIds)];
    if (toNumbers) writes.push(this.#operand("toNumbers", toNumbers));
    else if (givesNumbers(this.#flat)) failNumbers();
    const length = checkOperands(reads, writes);
    const { address } = this.#routeFor(length);
    const { translateSplit } = this.core.kernels;
    return this.core.operands.run(length, reads, writes, ([a = 0, b = 0, c = 0, d = 0], count) =>
      translateSplit(address, a, b, c, d, count),
    );
  }

  free(): void {
    if (this.#isFreed) failFreed("translator");
    this.#isFreed = true;
    this.#table.free();
    this.#route?.free();
  }

  #operand(name: string, ids: Ids, width: 1 | 2 = 1) {
    return ownOperand(this.core, name, ids, width);
  }

  #areMany(length: number): boolean {
    this.#ids += length;
    return this.#ids >= MANY_IDS;
  }

  #routeFor(length: number): WasmRoute {
    if (this.#isFreed) failFreed("translator");
    const { memory, kernels } = this.core;
    this.#route ??= new WasmRoute(memory, kernels, this.#flat, this.#table, classicalTable(this.#flat));
    if (this.#areMany(length)) this.#route.prepareForMany();
    return this.#route;
  }
}

function ownOperand({ memory }: Core, name: string, ids: Ids, width: 1 | 2 = 1) {
  if (!isArray(ids) && !(ids instanceof WasmColumn && ids.memory === memory)) failForeign(name, "Wasm");
  return operand(name, ids, width);
}

/** The bytes of a header that may change: uid and gid, which adjoin, and the checksum. */
const OWNERS_END = HEADER_PLACES.uid + 16;
const CHECKSUM_END = HEADER_PLACES.checksum + 8;

class WasmHeaderShifter implements HeaderShifter {
  readonly #core: Core;
  readonly #uids: WasmTranslator;
  readonly #gids: WasmTranslator;

  constructor(core: Core, uids: WasmTranslator, gids: WasmTranslator) {
    this.#core = core;
    this.#uids = uids;
    this.#gids = gids;
  }

  shift(bytes: Uint8Array, offset: number): (typeof HEADER)[keyof typeof HEADER] {
    const { kernels, memory } = this.#core;
    const at = kernels.header;
    const inside = memory.bytes;
    checkHeader(bytes, offset);
    inside.set(bytes.subarray(offset, offset + HEADER_PLACES.bytes), at);
    const code = headerCode(kernels.shiftHeader(this.#uids.table, this.#gids.table));
    if (code !== HEADER.shifted) return code;
    for (let k = HEADER_PLACES.uid; k < OWNERS_END; k++) bytes[offset + k] = inside[at + k] ?? 0;
    for (let k = HEADER_PLACES.checksum; k < CHECKSUM_END; k++) bytes[offset + k] = inside[at + k] ?? 0;
    return code;
  }
}

/** The kernel's codes, in order. */
const CODES = [HEADER.shifted, HEADER.empty, HEADER.unusual, HEADER.badChecksum, HEADER.unmapped] as const;

function headerCode(code: number): (typeof HEADER)[keyof typeof HEADER] {
  const found = CODES[code];
  if (found === undefined) throw new Error(`no code of a header: ${code}`);
  return found;
}

class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #core: Core;

  constructor(instance: WebAssembly.Instance) {
    const kernels = kernelsOf(instance);
    const memory = new WasmMemory(kernels.memory, kernels.heap);
    this.#core = { kernels, memory, operands: new WasmOperands(memory) };
  }

  alloc(length: number): Column {
    checkLength(length);
    return new WasmColumn(this.#core.memory, length);
  }

  load(route: FlatRoute): Translator {
    return new WasmTranslator(this.#core, route);
  }

  pack(ids: Ids, numbers: Ids, packed: Ids): void {
    const reads = [ownOperand(this.#core, "ids", ids), ownOperand(this.#core, "numbers", numbers)];
    const writes = [ownOperand(this.#core, "packed", packed, 2)];
    const { kernels, operands } = this.#core;
    operands.run(checkOperands(reads, writes), reads, writes, ([a = 0, b = 0, c = 0], count) => {
      kernels.pack(a, b, c, count);
      return 0;
    });
  }

  unpack(packed: Ids, ids: Ids, numbers: Ids): void {
    const reads = [ownOperand(this.#core, "packed", packed, 2)];
    const writes = [ownOperand(this.#core, "ids", ids), ownOperand(this.#core, "numbers", numbers)];
    const { kernels, operands } = this.#core;
    operands.run(checkOperands(reads, writes), reads, writes, ([a = 0, b = 0, c = 0], count) => {
      kernels.unpack(a, b, c, count);
      return 0;
    });
  }

  headers(uids: Translator, gids: Translator): HeaderShifter {
    return new WasmHeaderShifter(this.#core, this.#own("uids", uids), this.#own("gids", gids));
  }

  accessTable(length: number): AccessTable {
    checkLength(length);
    return new WasmAccessTable(this.#core.memory, this.#core.kernels, length);
  }

  #own(name: string, translator: Translator): WasmTranslator {
    if (translator instanceof WasmTranslator && translator.core === this.#core) return translator;
    return failForeign(name, "Wasm");
  }
}

/**
 * A `WebAssembly.Module`. It has no members, and hosts whose types know no WebAssembly shall be able to compile this.
 */
export type WasmModule = object;

/**
 * An engine of an instance of the Wasm core, for who compiles `userns/core.wasm` on their own; `init()` does it for all
 * others. Each engine has a memory of its own.
 */
export function wasmEngine(module: WasmModule): Engine {
  return new WasmEngine(new WebAssembly.Instance(module));
}
