import type { FlatRoute, Segment, SegmentTable } from "./flat-route.ts";
import { NO_ID } from "./id.ts";
import { CLASSICAL, type NamespaceNumber } from "./kuid64.ts";
import type { PlacedId } from "./route.ts";
import type { Kernels } from "./wasm-kernels.ts";
import type { WasmMemory } from "./wasm-memory.ts";
import { areRankable, layRanked } from "./wasm-ranked.ts";
import { biasedRange, rowBits, WasmTable, writeFourfold } from "./wasm-table.ts";

/** The most rules for which holding every id against all of them beats looking it up (measured). */
const FEW_RULES = 8;
/** The most rules, so that few of many small tables are asked in turn. */
const MOST_RULES = 12;
/** The most tables that are asked in turn; a route with more runs by search. */
const MOST_WIDE = 4;

/** Sizes and places in bytes: assembly/kuid64-route.ts and kuid64-rules.ts say what lies there. */
const ROUTE_BYTES = 64;
const RULE_BYTES = 96;
const WIDE_BYTES = 48;
const BY_NUMBER_BYTES = 16;
const WAY_PLACE = 36;
const HAS_ROOTS_PLACE = 40;
const ROW_BITS_PLACE = 44;
/** How a route runs: codes of the kernel. */
const WAY = { bySearch: 0, byRules: 1, byRank: 2 } as const;

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
  readonly #wide: readonly Known[];
  readonly #wideAt: number;
  readonly #ranked: number | null;
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
    // Where a table says the same as no table, there is nothing to tell apart.
    const telling = known.flatMap(({ number, table, rules }) => (rules > 0 ? [[number, table] as const] : []));
    const givesNumbers = known.some(({ table }) => table.some(({ number }) => number !== other.number));
    const isRanked = !givesNumbers && areRankable(telling);
    const { ruled, wide } = isRanked ? { ruled: [], wide: [] } : sorted(known);
    const rules = sumOfRules(ruled);
    this.#memory = memory;
    this.#own = known.flatMap(({ laid }) => (laid === classical ? [] : [laid]));
    this.#wide = wide;
    this.#staysSearched = wide.length > MOST_WIDE;
    this.#isSearched = wide.length > 0;
    const bytes = ROUTE_BYTES + RULE_BYTES * rules + WIDE_BYTES * wide.length + BY_NUMBER_BYTES * known.length;
    this.#ranked = isRanked ? layRanked(memory, telling, other) : null;
    this.address = memory.take(bytes);
    const rulesAt = this.address + ROUTE_BYTES;
    this.#wideAt = rulesAt + RULE_BYTES * rules;
    const byNumberAt = this.#wideAt + WIDE_BYTES * wide.length;
    const { words } = memory;
    const way = isRanked ? WAY.byRank : this.#isSearched ? WAY.bySearch : WAY.byRules;
    words.set(
      [
        rulesAt,
        rules,
        this.#wideAt,
        wide.length,
        other.id,
        other.number,
        byNumberAt,
        known.length,
        givesNumbers ? 1 : 0,
        way,
        0,
        0,
        this.#ranked ?? 0,
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
    const ascending = [...known].sort((a, b) => a.number - b.number);
    words.set(
      ascending.flatMap(({ number, laid }) => [number, laid.segments, laid.segmentCount, 0]),
      byNumberAt >>> 2,
    );
  }

  /** Build the tables that pay only for many ids. @throws UsernsError ERR_ENGINE_MEMORY */
  prepareForMany(): void {
    if (!this.#isSearched || this.#staysSearched) return;
    const hasRoots = !this.#wide.every(({ laid }) => laid.isCompact);
    const bits = rowBits(this.#wide.map(({ laid }) => laid));
    if (hasRoots) for (const { laid } of this.#wide) laid.buildRoot();
    const places = this.#wide.flatMap(({ number, laid }) =>
      hasRoots ? [number, laid.root, NO_ID] : [number, laid.buildRow(bits), laid.top],
    );
    const { words } = this.#memory;
    writeFourfold(words, this.#wideAt >>> 2, places);
    this.#isSearched = false;
    words[(this.address + WAY_PLACE) >>> 2] = WAY.byRules;
    words[(this.address + HAS_ROOTS_PLACE) >>> 2] = hasRoots ? 1 : 0;
    words[(this.address + ROW_BITS_PLACE) >>> 2] = bits;
  }

  free(): void {
    this.#memory.give(this.address);
    if (this.#ranked !== null) this.#memory.give(this.#ranked);
    for (const table of this.#own) table.free();
  }
}

/** Which tables become rules, and which are looked up: those whose lookup is cheap, once there has to be one. */
function sorted(known: readonly Known[]): { readonly ruled: readonly Known[]; readonly wide: readonly Known[] } {
  if (sumOfRules(known) <= FEW_RULES) return { ruled: known, wide: [] };
  const longest = [...known].sort((a, b) => b.rules - a.rules);
  const wide = longest.filter(({ rules, laid }) => rules > 1 && laid.isCompact).slice(0, MOST_WIDE);
  const ruled: Known[] = [];
  for (const one of longest.reverse()) {
    if (wide.includes(one)) continue;
    if (sumOfRules(ruled) + one.rules <= MOST_RULES) ruled.push(one);
    else wide.push(one);
  }
  return { ruled, wide };
}

function sumOfRules(known: readonly Known[]): number {
  return known.reduce((sum, { rules }) => sum + rules, 0);
}

/** Does the segment make of its ids what becomes of the ids of unknown numbers? */
function gives({ pin, delta, number }: Segment, other: PlacedId): boolean {
  return pin !== 0 && (delta - 1) >>> 0 === other.id && number === other.number;
}
