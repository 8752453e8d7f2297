import {
  type Extent,
  findMapFault,
  type IdMap,
  idMap,
  isId,
  type Kind,
  NO_ID,
  quoted,
  UsernsError,
} from "../core/index.ts";

/** A piece of a text, and where it stands: line and column count from 1. */
export interface Field {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** An extent, and the field that it begins at. */
export interface PlacedExtent {
  readonly extent: Extent;
  readonly at: Field;
}

/**
 * The pieces of a text that `pattern` finds, comments left out: `#` begins one, and it goes on to the end of the line.
 *
 * @param pattern  a global expression
 */
export function fieldsOf(text: string, pattern: RegExp): Field[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const comment = line.indexOf("#");
    const content = comment < 0 ? line : line.slice(0, comment);
    return Array.from(content.matchAll(pattern), (match) => ({
      text: match[0],
      line: index + 1,
      column: match.index + 1,
    }));
  });
}

/** `uid_map:3:12`, the place of a field in a message. */
export function placeOf(where: string, field: Field): string {
  return `${where}:${field.line}:${field.column}`;
}

/**
 * A number of a map: decimal digits, at most 4294967295.
 *
 * The kernel cuts larger numbers to 32 bits when it reads a map; nobody who types one means that.
 *
 * @throws UsernsError ERR_MAP_TEXT when it is no decimal number, ERR_ID_RANGE when it is negative or too large
 */
export function readNumber(field: Field, where: string): number {
  const fail = (code: "ERR_MAP_TEXT" | "ERR_ID_RANGE", expected: string) =>
    new UsernsError(code, { where: placeOf(where, field), expected, got: quoted(field.text) });
  if (/^-\d+$/.test(field.text)) throw fail("ERR_ID_RANGE", "a number that is not negative");
  if (!/^\d+$/.test(field.text)) throw fail("ERR_MAP_TEXT", "a decimal number");
  const value = Number(field.text);
  if (!isId(value)) throw fail("ERR_ID_RANGE", `a number of at most ${NO_ID}`);
  return value;
}

/**
 * Make a map of the extents that were read.
 *
 * @throws UsernsError with the place of the extent that is wrong, or ERR_MAP_TEXT when there is none at all
 */
export function mapOfPlaced<K extends Kind>(placed: readonly PlacedExtent[], where: string, example: string): IdMap<K> {
  if (placed.length === 0)
    throw new UsernsError("ERR_MAP_TEXT", { where, expected: `a map such as ${example}`, got: "no line at all" });
  const extents = placed.map(({ extent }) => extent);
  const fault = findMapFault(extents);
  const at = fault && placed[fault.line - 1]?.at;
  if (fault && at)
    throw new UsernsError(fault.code, { where: placeOf(where, at), expected: fault.expected, got: fault.got });
  return idMap(extents, { where });
}
