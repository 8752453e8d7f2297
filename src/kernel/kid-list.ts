import { compareKuid64, isSameKuid64, type Kuid64 } from "../core/kuid64.ts";
import type { KuidColumn } from "./kuid-column.ts";
import type { OwnerKind } from "./user-namespace.ts";

/** Kernel ids of one kind that a credential holds beside its four, in ascending order. */
export interface KidList<K extends OwnerKind = OwnerKind> extends Iterable<Kuid64<K>> {
  readonly count: number;
  has(kid: Kuid64<K>): boolean;
}

/** A list as consecutive rows of an id column: what is in a row never changes. */
class StoredList<K extends OwnerKind> implements KidList<K> {
  readonly count: number;
  readonly #column: KuidColumn<K>;
  readonly #firstRow: number;

  /** @param isSet  is each id taken once? */
  constructor(column: KuidColumn<K>, kids: Iterable<Kuid64<K>>, isSet: boolean) {
    const sorted = [...kids].sort(compareKuid64);
    const kept = isSet ? sorted.filter((kid, index) => !isSameAs(kid, sorted[index - 1])) : sorted;
    const rows = kept.map((kid) => column.push(kid));
    this.#column = column;
    this.#firstRow = rows[0] ?? 0;
    this.count = rows.length;
  }

  *[Symbol.iterator](): Iterator<Kuid64<K>> {
    for (let index = 0; index < this.count; index++) yield this.#column.at(this.#firstRow + index);
  }

  has(kid: Kuid64<K>): boolean {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareKuid64(this.#column.at(this.#firstRow + middle), kid);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }
}

/** Put ids into a column as a list. A list that is there already is shared, not copied. */
export function storedList<K extends OwnerKind>(column: KuidColumn<K>, kids: Iterable<Kuid64<K>>): KidList<K> {
  return kids instanceof StoredList ? kids : new StoredList(column, kids, false);
}

/** The same, with each id once. */
export function storedSet<K extends OwnerKind>(column: KuidColumn<K>, kids: Iterable<Kuid64<K>>): KidList<K> {
  return kids instanceof StoredList ? kids : new StoredList(column, kids, true);
}

function isSameAs(kid: Kuid64, other: Kuid64 | undefined): boolean {
  return other !== undefined && isSameKuid64(kid, other);
}
