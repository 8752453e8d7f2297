/** Access in bulk through the Wasm core: see assembly/access.ts for the layout of users, columns and answers. */
import {
  type AccessColumns,
  type AccessTable,
  type AccessUser,
  checkUsers,
  failUser,
  PASSES,
  RIGHT,
} from "./access.ts";
import { failFreed } from "./columns.ts";
import type { Kernels } from "./wasm-kernels.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/** Inodes that the kernel looks at together: columns are filled up to whole groups of them. */
const ROWS = 16;
/** As in wasm-operands.ts: a call that began with baseline code stays with it. */
const CALL_ROWS = 65_536;
const USER_WORDS = 8;

/** Where the columns are. */
interface Places {
  readonly uids: number;
  readonly gids: number;
  readonly bits: number;
  readonly above: number;
}

export class WasmAccessTable implements AccessTable {
  readonly length: number;
  readonly #memory: WasmMemory;
  readonly #kernels: Kernels;
  /** {@link length}, filled up to whole groups. */
  readonly #rows: number;
  #places: Places | null;
  /** Users, their groups and their answers, of the last question. */
  #asked: { readonly at: number; readonly answers: readonly number[] } | null = null;

  constructor(memory: WasmMemory, kernels: Kernels, length: number) {
    this.length = length;
    this.#memory = memory;
    this.#kernels = kernels;
    this.#rows = Math.ceil(length / ROWS) * ROWS;
    const rows = this.#rows;
    const at = memory.takeCleared(14 * rows);
    this.#places = { uids: at, gids: at + 4 * rows, above: at + 8 * rows, bits: at + 12 * rows };
  }

  view(): AccessColumns {
    const { uids, gids, bits, above } = this.#use();
    const { buffer } = this.#memory.words;
    return {
      uids: new Uint32Array(buffer, uids, this.length),
      gids: new Uint32Array(buffer, gids, this.length),
      bits: new Uint16Array(buffer, bits, this.length),
      above: new Uint32Array(buffer, above, this.length),
    };
  }

  ask(users: readonly AccessUser[]): readonly Uint8Array[] {
    const { uids, gids, bits } = this.#use();
    checkUsers(users);
    const { at, end, answers } = this.#place(users);
    for (let row = 0; row < this.#rows; row += CALL_ROWS)
      this.#kernels.access(at, end, uids, gids, bits, row, Math.min(row + CALL_ROWS, this.#rows));
    const { buffer } = this.#memory.words;
    return answers.map((place) => new Uint8Array(buffer, place, this.length));
  }

  reach(user: number): void {
    const { above } = this.#use();
    const answers = this.#asked?.answers ?? [];
    const at = answers[user] ?? failUser(user, answers.length);
    if (this.length === 0) return;
    const { bytes } = this.#memory;
    bytes[at] = (bytes[at] ?? 0) | RIGHT.reached;
    for (let row = 1; row < this.length; row += CALL_ROWS)
      this.#kernels.reach(above, at, row, Math.min(row + CALL_ROWS, this.length));
  }

  free(): void {
    this.#memory.give(this.#use().uids);
    this.#places = null;
    this.#forget();
  }

  #use(): Places {
    return this.#places ?? failFreed("table");
  }

  #forget(): void {
    if (this.#asked) this.#memory.give(this.#asked.at);
    this.#asked = null;
  }

  /** Lay out users, then the groups of all, then the answers to each. */
  #place(users: readonly AccessUser[]): { at: number; end: number; answers: readonly number[] } {
    const groups = users.reduce((sum, { gids }) => sum + gids.length, 0);
    const words = Math.ceil((users.length * USER_WORDS + groups) / ROWS) * ROWS;
    this.#forget();
    const at = this.#memory.take(4 * words + users.length * this.#rows);
    const end = at + 4 * users.length * USER_WORDS;
    const answers = users.map((_, index) => at + 4 * words + index * this.#rows);
    this.#asked = { at, answers };
    const memory = this.#memory.words;
    let member = end >>> 2;
    for (const [index, { uid, gids, passes, covered }] of users.entries()) {
      const groupsEnd = member + gids.length;
      const user = [uid, 4 * member, 4 * groupsEnd, answers[index] ?? 0, PASSES.indexOf(passes), 1 << (4 + covered)];
      memory.set(user, (at >>> 2) + index * USER_WORDS);
      memory.set(gids, member);
      member = groupsEnd;
    }
    return { at, end, answers };
  }
}
