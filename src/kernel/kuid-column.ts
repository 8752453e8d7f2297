import type { Column, Engine, Translator } from "../core/engine.ts";
import type { Kind } from "../core/id.ts";
import type { Kuid64 } from "../core/kuid64.ts";

/**
 * 64-bit kernel ids in an engine's memory, one a row; a row number is the handle by which its owner keeps it.
 *
 * Grows as rows are added and never shrinks until it is freed.
 */
export class KuidColumn<K extends Kind = Kind> {
  readonly #engine: Engine;
  #column: Column;
  #words: Uint32Array;
  #rows = 0;

  constructor(engine: Engine, capacity = 64) {
    this.#engine = engine;
    this.#column = engine.alloc(capacity * 2);
    this.#words = this.#column.view();
  }

  /** Add a row. @returns its number */
  push(kuid: Kuid64<K>): number {
    if (this.#rows * 2 === this.#column.length) this.#grow();
    const row = this.#rows++;
    this.set(row, kuid);
    return row;
  }

  at(row: number): Kuid64<K> {
    const words = this.#view();
    const id = words[row * 2];
    const number = words[row * 2 + 1];
    if (row >= this.#rows || id === undefined || number === undefined) throw new Error(`no row ${row}`);
    return { id, number };
  }

  set(row: number, kuid: Kuid64<K>): void {
    if (row >= this.#rows) throw new Error(`no row ${row}`);
    const words = this.#view();
    words[row * 2] = kuid.id;
    words[row * 2 + 1] = kuid.number;
  }

  /**
   * Take every row through one route, in one call of the engine.
   *
   * @returns id and number in turn, two u32s a row
   */
  translate(translator: Translator): Uint32Array {
    const to = this.#engine.alloc(this.#column.length);
    translator.packed(this.#column, to);
    const answer = to.view().slice(0, this.#rows * 2);
    to.free();
    return answer;
  }

  free(): void {
    this.#column.free();
  }

  #grow(): void {
    const wider = this.#engine.alloc(this.#column.length * 2);
    wider.view().set(this.#column.view());
    this.#column.free();
    this.#column = wider;
    this.#words = wider.view();
  }

  /** Memory that has grown empties the views over it. */
  #view(): Uint32Array {
    if (this.#words.length === 0) this.#words = this.#column.view();
    return this.#words;
  }
}
