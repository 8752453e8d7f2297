import type { FlatRoute, Segment, SegmentTable } from "./flat-route.ts";
import { CLASSICAL, type NamespaceNumber } from "./kuid64.ts";
import type { PlacedId } from "./route.ts";
import type { Kernels } from "./wasm-kernels.ts";
import type { WasmMemory } from "./wasm-memory.ts";
import { biasedRange, WasmTable, writeFourfold } from "./wasm-table.ts";

/** The most rules for which holding every id against all of them pays. */
const MOST_RULES = 12;
/** The most tables that are asked in turn; a route with more runs by search. */
const MOST_WIDE = 4;

/** Sizes and places in bytes: assembly/kuid64.ts says what lies there. */
const ROUTE_BYTES = 48;
const RULE_BYTES = 96;
const WIDE_BYTES = 16;
const BY_NUMBER_BYTES = 16;
const IS_SEARCHED_PLACE = 36;

interface Known {
  readonly number: NamespaceNumber;
  readonly table: SegmentTable;
  readonly laid: WasmTable;
  /** How many segments give something else than the ids of unknown numbers become. */
  readonly rules: number;
}

/** A flattened route in Wasm memory, for 64-bit ids. */
export class WasmRoute {
  readonly address: number;
  readonly #memory: WasmMemory;
  /** The tables laid out for this; the classical one is the translator's. */
  readonly #own: readonly WasmTable[];
  readonly #wide: readonly WasmTable[];
  #isSearched: boolean;
  /** Has it too many tables to ask them in turn? */
  readonly #staysSearched: boolean;

  constructor(memory: WasmMemory, kernels: Kernels, route: FlatRoute, classical: WasmTable, first: SegmentTable) {
    const { other } = route;
    const known: Known[] = [...new Map([[CLASSICAL, first], ...route.tables])].map(([number, table]) => ({
      number,
      table,
      laid: number === CLASSICAL ? classical : new WasmTable(memory, kernels, table),
      rules: table.filter((segment) => !gives(segment, other)).length,
    }));
    const ruled: Known[] = [];
    const wide: Known[] = [];
    let rules = 0;
    for (const one of [...known].sort((a, b) => a.rules - b.rules)) {
      const isRuled = rules + one.rules <= MOST_RULES;
      (isRuled ? ruled : wide).push(one);
      if (isRuled) rules += one.rules;
    }
    this.#memory = memory;
    this.#own = known.flatMap(({ laid }) => (laid === classical ? [] : [laid]));
    this.#wide = wide.map(({ laid }) => laid);
    this.#staysSearched = wide.length > MOST_WIDE;
    this.#isSearched = wide.length > 0;
    const isFull = known.some(
      ({ table, laid }) =>
        table.some(({ number }) => number !== other.number) ||
        (!this.#wide.includes(laid) && table.some((segment) => segment.pin !== 0 && !gives(segment, other))),
    );
    const bytes = ROUTE_BYTES + RULE_BYTES * rules + WIDE_BYTES * wide.length + BY_NUMBER_BYTES * known.length;
    this.address = memory.take(bytes);
    const rulesAt = this.address + ROUTE_BYTES;
    const wideAt = rulesAt + RULE_BYTES * rules;
    const byNumberAt = wideAt + WIDE_BYTES * wide.length;
    const { words } = memory;
    const isSearched = this.#isSearched ? 1 : 0;
    words.set(
      [
        rulesAt,
        rules,
        wideAt,
        wide.length,
        other.id,
        other.number,
        byNumberAt,
        known.length,
        isFull ? 1 : 0,
        isSearched,
      ],
      this.address >>> 2,
    );
    let at = rulesAt >>> 2;
    for (const { number, table } of ruled)
      for (const [index, segment] of table.entries()) {
        if (gives(segment, other)) continue;
        const given = [segment.pin, segment.delta - other.id, segment.number - other.number];
        at = writeFourfold(words, at, [number, ...biasedRange(table, index), ...given]);
      }
    words.set(
      wide.flatMap(({ number, laid }) => [number, laid.address, 0, 0]),
      wideAt >>> 2,
    );
    const ascending = [...known].sort((a, b) => a.number - b.number);
    words.set(
      ascending.flatMap(({ number, laid }) => [number, laid.segments, laid.segmentCount, 0]),
      byNumberAt >>> 2,
    );
  }

  /** Build the tables that pay only for many ids. @throws UsernsError ERR_ENGINE_MEMORY */
  prepareForMany(): void {
    if (!this.#isSearched || this.#staysSearched) return;
    for (const table of this.#wide) table.buildTrie();
    this.#isSearched = !this.#wide.every((table) => table.hasTrie);
    this.#memory.words[(this.address + IS_SEARCHED_PLACE) >>> 2] = this.#isSearched ? 1 : 0;
  }

  free(): void {
    this.#memory.give(this.address);
    for (const table of this.#own) table.free();
  }
}

/** Does the segment make of its ids what becomes of the ids of unknown numbers? */
function gives({ pin, delta, number }: Segment, other: PlacedId): boolean {
  return pin !== 0 && (delta - 1) >>> 0 === other.id && number === other.number;
}
