import { isId, NO_ID, quoted, UsernsError } from "../core/index.ts";

/** A piece of a text, and where it stands: line and column count from 1. */
export interface Field {
  readonly text: string;
  readonly line: number;
  readonly column: number;
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

/** The pieces of a field between separators, each with its own place. */
export function splitField(field: Field, separator: string): Field[] {
  let column = field.column;
  return field.text.split(separator).map((text) => {
    const piece = { text, line: field.line, column };
    column += text.length + separator.length;
    return piece;
  });
}

/** What is left of a field behind its first `length` characters. */
export function behind(field: Field, length: number): Field {
  return { text: field.text.slice(length), line: field.line, column: field.column + length };
}

/** `uid_map:3:12`, the place of a field in a message. */
export function placeOf(where: string, field: Field): string {
  return `${where}:${field.line}:${field.column}`;
}

/** What a field should have been. */
export function textFault(field: Field, where: string, expected: string): UsernsError {
  return new UsernsError("ERR_MAP_TEXT", { where: placeOf(where, field), expected, got: quoted(field.text) });
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
