import type { Extent } from "../core/index.ts";
import { type Field, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { LineKind } from "./format.ts";
import type { MapLine } from "./map-lines.ts";

/**
 * Three numbers with colons between them, `inside:lower:count`.
 *
 * @param expected  what the place takes, for messages
 * @param least     2 where a count of 1 may be left out
 * @throws UsernsError with `where:line:column`
 */
export function readColons(field: Field, where: string, expected: string, least: 2 | 3 = 3): Extent {
  const pieces = splitField(field, ":");
  if (pieces.length < least || pieces.length > 3) throw textFault(field, where, expected);
  const [first, lowerFirst, count = 1] = pieces.map((piece) => readNumber(piece, where));
  if (first === undefined || lowerFirst === undefined) throw textFault(field, where, expected);
  return { first, lowerFirst, count };
}

/** Words that name the kind of a line. */
export type KindWords = { readonly [word: string]: LineKind };

/** `u:`, `g:` and `b:` before the numbers. */
export const KIND_LETTERS: KindWords = { u: "uid", g: "gid", b: "both" };

/**
 * A line that may begin with the word for its kind: `u:0:100000:65536`.
 *
 * @param without  the kind of a line without a word; null where it needs one
 */
export function readKindColons(
  field: Field,
  where: string,
  words: KindWords,
  without: LineKind | null,
  expected: string,
): MapLine {
  const word = /^([a-z]+):/.exec(field.text)?.[1];
  const kind = word === undefined ? without : (words[word] ?? null);
  if (kind === null) throw textFault(field, where, expected);
  const skip = word === undefined ? 0 : word.length + 1;
  const numbers = { text: field.text.slice(skip), line: field.line, column: field.column + skip };
  return { kind, extent: readColons(numbers, where, expected), at: placeOf(where, field) };
}

/** @example colons({ first: 0, lowerFirst: 100000, count: 65536 }) // "0:100000:65536" */
export function colons({ first, lowerFirst, count }: Extent): string {
  return `${first}:${lowerFirst}:${count}`;
}
