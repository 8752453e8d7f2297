/** What both engines check of the columns and arrays that they are given. */
import type { Ids } from "./engine.ts";
import { UsernsError } from "./errors.ts";

/** An operand of a bulk call: ids, or ids and numbers in turn, and its name in errors. */
export interface Operand {
  readonly name: string;
  readonly ids: Ids;
  /** u32s for each id: 1, or 2 when packed. */
  readonly width: 1 | 2;
}

export function operand(name: string, ids: Ids, width: 1 | 2 = 1): Operand {
  return { name, ids, width };
}

export function failColumn(where: string, expected: string, got: string): never {
  throw new UsernsError("ERR_COLUMN", { where, expected, got });
}

/** Are these an array of JavaScript's, and not a column? */
export function isArray(ids: Ids): ids is Uint32Array {
  return ids instanceof Uint32Array;
}

/** The u32s of either. */
export function wordsOf(ids: Ids): Uint32Array {
  return isArray(ids) ? ids : ids.view();
}

/** The length of a new column. @throws UsernsError ERR_COLUMN */
export function checkLength(length: number): void {
  if (!Number.isInteger(length) || length < 0) failColumn("length", "a whole number of u32s", `${length}`);
}

/**
 * Check the operands of a bulk call: each as long as the first asks for; nothing written where something is read,
 * save in place: `writes[k]` may be `reads[k]`, from its first id on.
 *
 * @returns how many ids they hold
 * @throws UsernsError ERR_COLUMN
 */
export function checkOperands(reads: readonly Operand[], writes: readonly Operand[]): number {
  const [first] = reads;
  if (!first) return 0;
  const length = first.ids.length / first.width;
  if (!Number.isInteger(length))
    failColumn(first.name, "ids and numbers in turn: an even length", `${first.ids.length}`);
  for (const { name, ids, width } of [...reads, ...writes])
    if (ids.length !== length * width) failColumn(name, `${length * width} u32s, as ${first.name}`, `${ids.length}`);
  for (const [k, write] of writes.entries()) {
    const words = wordsOf(write.ids);
    for (const [j, read] of reads.entries())
      if (overlaps(words, wordsOf(read.ids)) && !(j === k && isSamePlace(words, wordsOf(read.ids))))
        failColumn(write.name, `${read.name} itself, or no memory shared with it`, "memory that overlaps it");
    for (const other of writes.slice(0, k))
      if (overlaps(words, wordsOf(other.ids)))
        failColumn(write.name, `no memory shared with ${other.name}`, "memory that overlaps it");
  }
  return length;
}

/** Do two arrays of one length begin at the same byte? */
export function isSamePlace(a: Uint32Array, b: Uint32Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
}

function overlaps(a: Uint32Array, b: Uint32Array): boolean {
  if (a.buffer !== b.buffer || a.length === 0 || b.length === 0) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** A column or translator that was freed is used no more. */
export function failFreed(what: "column" | "translator" | "table"): never {
  failColumn(what, `a ${what} that is in use`, "one that was freed");
}

/** A column or translator that belongs to another engine. */
export function failForeign(what: string, engine: string): never {
  failColumn(what, `one of this ${engine} engine`, "another engine's");
}

/** Numbers may be dropped only where every one is 0. */
export function failNumbers(): never {
  failColumn("toNumbers", "a place for the numbers, because this route gives some that are not 0", "none");
}
