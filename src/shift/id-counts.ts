/** Where an id stood: it owns an entry, an ACL names it, or it is the root id of a file capability. */
export type Place = "owner" | "acl" | "capability";

/** Places, in the order of the counts. */
export const PLACES: readonly Place[] = ["owner", "acl", "capability"];
const FIRST_SIZE = 64;
/** Spreads ids that follow one another over the slots (2³² divided by the golden ratio). */
const SPREAD = 0x9e37_79b1;

/**
 * Counts of ids by the place they were met at, in the order they were first met.
 *
 * They stand in arrays of numbers, some 20 bytes an id: an object each would take ten times as much, and an archive may
 * hold as many ids as it has entries.
 */
export class IdCounts {
  #length = 0;
  #ids = new Uint32Array(FIRST_SIZE);
  #counts = new Uint32Array(FIRST_SIZE * PLACES.length);
  /** Open addressing, at most half full: 1 + the index of an id, or 0. */
  #slots = new Uint32Array(FIRST_SIZE * 2);

  get length(): number {
    return this.#length;
  }

  /** @returns the index of an id; -1 when it was not added */
  indexOf(id: number): number {
    return (this.#slots[this.#slotOf(id)] ?? 0) - 1;
  }

  /** Add an id that is not there. @returns its index */
  add(id: number): number {
    if (this.#length === this.#ids.length) this.#grow();
    const index = this.#length++;
    this.#ids[index] = id;
    this.#slots[this.#slotOf(id)] = index + 1;
    return index;
  }

  increment(index: number, place: Place): void {
    const at = index * PLACES.length + PLACES.indexOf(place);
    this.#counts[at] = this.#countAt(at) + 1;
  }

  /** The id at an index, and its counts. */
  at(index: number): { readonly id: number } & { readonly [At in Place]: number } {
    const at = index * PLACES.length;
    const [owner, acl, capability] = [this.#countAt(at), this.#countAt(at + 1), this.#countAt(at + 2)];
    return { id: this.#ids[index] ?? 0, owner, acl, capability };
  }

  /** All indices, by ascending id. */
  sorted(): Uint32Array {
    return Uint32Array.from({ length: this.#length }, (_, index) => index).sort(
      (a, b) => (this.#ids[a] ?? 0) - (this.#ids[b] ?? 0),
    );
  }

  #countAt(at: number): number {
    return this.#counts[at] ?? 0;
  }

  /** The slot that an id has, or would have. */
  #slotOf(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = (Math.imul(id, SPREAD) >>> 7) & mask;
    for (;;) {
      const index = (this.#slots[slot] ?? 0) - 1;
      if (index < 0 || this.#ids[index] === id) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#ids = widened(this.#ids);
    this.#counts = widened(this.#counts);
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let index = 0; index < this.#length; index++) this.#slots[this.#slotOf(this.#ids[index] ?? 0)] = index + 1;
  }
}

function widened(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(array.length * 2);
  wide.set(array);
  return wide;
}
