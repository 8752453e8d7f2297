/** 64-bit ids in bulk in TypeScript: id and number are two u32s; never a BigInt. */
import type { FlatRoute, SegmentTable } from "./flat-route.ts";
import { CLASSICAL } from "./kuid64.ts";
import { classicalTable, columnsOf, findColumn, type SegmentColumns } from "./segment-columns.ts";
import { signed } from "./ts-ids.ts";
import { buildTsTrie, segmentInTrie } from "./ts-trie.ts";

/** Segments of the classical table up to which a search in it is as fast as the trie. */
const FEW = 3;

/** Strides and first places of ids and numbers: packed ids lie in one array, split ones in two. */
export interface Layout {
  readonly ids: Int32Array;
  readonly numbers: Int32Array;
  readonly numberPlace: 0 | 1;
  readonly stride: 1 | 2;
}

export function packedLayout(words: Uint32Array): Layout {
  const ids = signed(words);
  return { ids, numbers: ids, numberPlace: 1, stride: 2 };
}

export function splitLayout(ids: Uint32Array, numbers: Uint32Array): Layout {
  return { ids: signed(ids), numbers: signed(numbers), numberPlace: 0, stride: 1 };
}

/** A small table in registers: the ids below `boundary`, and the others. */
interface Halves {
  readonly number: number;
  readonly boundary: number;
  readonly pins: readonly [number, number];
  readonly deltas: readonly [number, number];
  readonly numbers: readonly [number, number];
}

/** A flattened route for 64-bit ids. */
export class TsKuid64Route {
  readonly #trie: Int32Array;
  readonly #halves: Halves;
  readonly #tables: ReadonlyMap<number, SegmentColumns>;
  readonly #otherId: number;
  readonly #otherNumber: number;
  #lastNumber = 0;
  #last: SegmentColumns | undefined;

  constructor(route: FlatRoute) {
    const isolated = [...route.tables].filter(([number]) => number !== CLASSICAL);
    const small = isolated.find(([, table]) => table.length <= FEW - 1);
    this.#trie = buildTsTrie(classicalTable(route));
    this.#halves = halvesOf(small?.[0] ?? CLASSICAL, small?.[1] ?? classicalTable(route));
    this.#tables = new Map(isolated.map(([number, table]) => [number | 0, columnsOf(table)]));
    this.#otherId = route.other.id | 0;
    this.#otherNumber = route.other.number | 0;
  }

  /** @returns how many got an id half of NO_ID */
  translate(from: Layout, to: Layout, length: number): number {
    const trie = this.#trie;
    const { number: smallNumber, boundary, pins, deltas, numbers } = this.#halves;
    const [pinA, pinB] = pins;
    const [deltaA, deltaB] = deltas;
    const [givenA, givenB] = numbers;
    const { ids, numbers: fromNumbers, stride, numberPlace } = from;
    const toIds = to.ids;
    const toNumbers = to.numbers;
    let unmapped = 0;
    const end = length * stride;
    for (let k = 0; k < end; k += stride) {
      const id = ids[k] ?? 0;
      const number = fromNumbers[k + numberPlace] ?? 0;
      let out = 0;
      let given = 0;
      if (number === 0) {
        const segment = segmentInTrie(trie, id);
        out = ((id | (trie[segment] ?? 0)) + (trie[segment + 1] ?? 0)) | 0;
        given = trie[segment + 4] ?? 0;
      } else if (number === smallNumber) {
        const isBelow = id >>> 0 < boundary;
        out = ((id | (isBelow ? pinA : pinB)) + (isBelow ? deltaA : deltaB)) | 0;
        given = isBelow ? givenA : givenB;
      } else {
        const table = this.#tableOf(number);
        const at = table ? findColumn(table.firsts, id >>> 0) : 0;
        out = table ? ((id | (table.pins[at] ?? 0)) + (table.deltas[at] ?? 0)) | 0 : this.#otherId;
        given = table ? (table.numbers[at] ?? 0) | 0 : this.#otherNumber;
      }
      toIds[k] = out;
      toNumbers[k + numberPlace] = given;
      if (out === -1) unmapped++;
    }
    return unmapped;
  }

  /** Numbers come in rows: the last one's table is kept. */
  #tableOf(number: number): SegmentColumns | undefined {
    if (number !== this.#lastNumber) {
      this.#lastNumber = number;
      this.#last = this.#tables.get(number);
    }
    return this.#last;
  }
}

function halvesOf(number: number, table: SegmentTable): Halves {
  const [a, b] = table;
  const low = a ?? { pin: 0, delta: 0, number: 0 };
  const high = b ?? low;
  return {
    number: number | 0,
    boundary: b?.first ?? 2 ** 32,
    pins: [low.pin | 0, high.pin | 0],
    deltas: [low.delta | 0, high.delta | 0],
    numbers: [low.number | 0, high.number | 0],
  };
}

/** `packed[2k] = ids[k]`, `packed[2k + 1] = numbers[k]`. */
export function pack(ids: Int32Array, numbers: Int32Array, packed: Int32Array): void {
  const whole = ids.length & ~1;
  for (let k = 0; k < whole; k += 2) {
    const at = 2 * k;
    packed[at] = ids[k] ?? 0;
    packed[at + 1] = numbers[k] ?? 0;
    packed[at + 2] = ids[k + 1] ?? 0;
    packed[at + 3] = numbers[k + 1] ?? 0;
  }
  if (whole === ids.length) return;
  packed[2 * whole] = ids[whole] ?? 0;
  packed[2 * whole + 1] = numbers[whole] ?? 0;
}

/** `ids[k] = packed[2k]`, `numbers[k] = packed[2k + 1]`. */
export function unpack(packed: Int32Array, ids: Int32Array, numbers: Int32Array): void {
  const whole = ids.length & ~1;
  for (let k = 0; k < whole; k += 2) {
    const at = 2 * k;
    ids[k] = packed[at] ?? 0;
    numbers[k] = packed[at + 1] ?? 0;
    ids[k + 1] = packed[at + 2] ?? 0;
    numbers[k + 1] = packed[at + 3] ?? 0;
  }
  if (whole === ids.length) return;
  ids[whole] = packed[2 * whole] ?? 0;
  numbers[whole] = packed[2 * whole + 1] ?? 0;
}
