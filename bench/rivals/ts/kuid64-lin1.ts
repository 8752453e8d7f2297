import { CLASSICAL } from "../../../src/core/index.ts";
import { endsInside, keptNumber } from "./kuid64-pairs.ts";
import type { Kuid64Rival } from "./kuid64-rival.ts";
import { signed } from "./rival.ts";

/** Pairs of u32s through one extent, signed views, two ids a turn to pack and unpack. */
let first = 0;
let count = 0;
let delta = 0;
let own = 0;
let other = -1;
let hole = -1;

function translate(from: Int32Array, to: Int32Array, f: number, c: number, d: number): void {
  const known = own;
  const unknown = other;
  const unmapped = hole;
  for (let k = 0; k < from.length; k += 2) {
    const id = from[k] ?? 0;
    const number = from[k + 1] ?? 0;
    if (number === 0) to[k] = (id - f) >>> 0 < c ? (id + d) | 0 : unmapped;
    else to[k] = number === known ? id : unknown;
    to[k + 1] = 0;
  }
}

function translateSplit(ids: Int32Array, numbers: Int32Array, to: Int32Array, f: number, c: number, d: number): void {
  const known = own;
  const unknown = other;
  const unmapped = hole;
  for (let k = 0; k < ids.length; k++) {
    const id = ids[k] ?? 0;
    const number = numbers[k] ?? 0;
    if (number === 0) to[k] = (id - f) >>> 0 < c ? (id + d) | 0 : unmapped;
    else to[k] = number === known ? id : unknown;
  }
}

export const kuid64Lin1: Kuid64Rival = {
  name: "u32 pairs lin1",
  pack(ids, numbers, packed) {
    const [a, b, to] = [signed(ids), signed(numbers), signed(packed)];
    const whole = a.length & ~1;
    for (let k = 0; k < whole; k += 2) {
      const at = 2 * k;
      to[at] = a[k] ?? 0;
      to[at + 1] = b[k] ?? 0;
      to[at + 2] = a[k + 1] ?? 0;
      to[at + 3] = b[k + 1] ?? 0;
    }
    if (whole < a.length) {
      to[2 * whole] = a[whole] ?? 0;
      to[2 * whole + 1] = b[whole] ?? 0;
    }
  },
  unpack(packed, ids, numbers) {
    const [from, a, b] = [signed(packed), signed(ids), signed(numbers)];
    const whole = a.length & ~1;
    for (let k = 0; k < whole; k += 2) {
      const at = 2 * k;
      a[k] = from[at] ?? 0;
      b[k] = from[at + 1] ?? 0;
      a[k + 1] = from[at + 2] ?? 0;
      b[k + 1] = from[at + 3] ?? 0;
    }
    if (whole < a.length) {
      a[whole] = from[2 * whole] ?? 0;
      b[whole] = from[2 * whole + 1] ?? 0;
    }
  },
  load(flat) {
    const number = keptNumber(flat);
    const table = flat.tables.get(CLASSICAL) ?? [];
    const mapped = table.filter((segment) => segment.pin === 0);
    const holes = new Set(table.filter((segment) => segment.pin !== 0).map((segment) => segment.delta));
    const [only, ...more] = mapped;
    if (number === null || !endsInside(flat) || !only || more.length > 0 || holes.size > 1) return false;
    first = only.first | 0;
    count = (table[table.indexOf(only) + 1]?.first ?? 2 ** 32) - only.first;
    delta = only.delta | 0;
    own = number | 0;
    other = flat.other.id | 0;
    hole = [...holes].map((value) => (value - 1) | 0)[0] ?? -1;
    return true;
  },
  translate: (from, to) => translate(signed(from), signed(to), first, count, delta),
  translateSplit: (ids, numbers, to) => translateSplit(signed(ids), signed(numbers), signed(to), first, count, delta),
};
