import { type Extent, fits, lowerOf, overlapOf } from "../core/extent.ts";
import { MAX_MAP_LINES, NO_ID } from "../core/id.ts";
import { showExtent, showMapLine } from "../core/id-map.ts";
import { allow, type Denied, deny, ruleTable, type Verdict } from "./verdict.ts";

const SOURCE = "vectors/linux-6.18/1_map_write.json";

const RULES = ruleTable({
  threeNumbers: {
    sentence: "A line is three decimal numbers with white space between them; no sign, no hex.",
    source: `user_namespaces(7); ${SOURCE} (tag text)`,
  },
  nothingAfterCount: {
    sentence: "Nothing but white space may follow the third number.",
    source: `${SOURCE} (tag text)`,
  },
  realIds: {
    sentence: "4294967295 is no id, on either side.",
    source: `${SOURCE} (tag text)`,
  },
  countFits: {
    sentence: "The count is at least 1, and neither side reaches past 4294967294.",
    source: `user_namespaces(7); ${SOURCE} (tag text)`,
  },
  noOverlap: {
    sentence: "No two lines share an id on either side.",
    source: `user_namespaces(7); ${SOURCE} (tags text, overlap-far)`,
  },
  lineLimit: {
    sentence: "A map has at most 340 lines; after the newline of the 340th nothing may follow, not even a blank.",
    source: `user_namespaces(7); ${SOURCE} (tags extents, extents-tail)`,
  },
});

const NEWLINE = "\n";
const ZERO = 48;

/** The kernel's white space: \t \n \v \f \r, space, and the no-break space of Latin-1. NaN, past the end, is none. */
function isSpace(code: number): boolean {
  return (code >= 9 && code <= 13) || code === 32 || code === 0xa0;
}

/**
 * Skip white space.
 *
 * @returns the first position at or after `at` that is none
 */
export function skipSpaces(text: string, at: number): number {
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** A text that the kernel holds as a C string ends at its first NUL. */
export function beforeNul(text: string): string {
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** Decimal digits, none included; the value is cut to 32 bits, whatever their number. */
function readNumber(line: string, from: number): { readonly value: number; readonly at: number } {
  let value = 0;
  let at = from;
  for (; ; at++) {
    const digit = line.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return { value, at };
    value = (Math.imul(value, 10) + digit) >>> 0;
  }
}

/** One line that the kernel did not take, and where. */
export interface LineFault extends Denied {
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Read the text of a uid_map, gid_map or projid_map as Linux does.
 *
 * @param text  one character a byte (Latin-1)
 * @returns     the extents in the order written, or EINVAL with the rule and the line
 * @source      user_namespaces(7); vectors/linux-6.18/1_map_write.json
 * @example     parseMapText("0 100000 65536\n") // { ok: true, value: [{ first: 0, lowerFirst: 100000, count: 65536 }] }
 */
export function parseMapText(text: string): Verdict<readonly Extent[]> | LineFault {
  const extents: Extent[] = [];
  const held = beforeNul(text);
  for (let from = 0, number = 1; ; number++) {
    const end = held.indexOf(NEWLINE, from);
    const next = end < 0 || end + 1 === held.length ? null : end + 1;
    const refuse = (denied: Denied) => ({ ...denied, line: number });
    const line = parseLine(held.slice(from, end < 0 ? undefined : end));
    if (!line.ok) return refuse(line);
    const shared = whatIsShared(extents, line.value);
    if (shared !== null) return refuse(deny("EINVAL", RULES.noOverlap, shared));
    if (extents.length + 1 === MAX_MAP_LINES && next !== null)
      return refuse(deny("EINVAL", RULES.lineLimit, `something follows the newline of line ${number}`));
    extents.push(line.value);
    if (next === null) return allow(extents);
    from = next;
  }
}

/** The first earlier line that a line shares an id with, in words, or null. */
function whatIsShared(earlier: readonly Extent[], extent: Extent): string | null {
  for (const [index, other] of earlier.entries()) {
    const inside = overlapOf(other, extent);
    const shared = inside ?? overlapOf(lowerOf(other), lowerOf(extent));
    if (shared)
      return `${showExtent(extent)} shares ${inside ? "inside" : "lower"} id ${shared.first} with line ${index + 1}, ${showExtent(other)}`;
  }
  return null;
}

function parseLine(line: string): Verdict<Extent> {
  const numbers: number[] = [];
  let at = 0;
  for (const name of ["first id inside", "first id below", "count"]) {
    const start = skipSpaces(line, at);
    const read = readNumber(line, start);
    at = read.at;
    const isLast = name === "count";
    const isEnd = at === line.length;
    if (!isSpace(line.charCodeAt(at)) && !(isLast && isEnd))
      return { ...deny("EINVAL", RULES.threeNumbers, `no ${name}`), column: start + 1 };
    numbers.push(read.value);
  }
  const rest = skipSpaces(line, at);
  if (rest < line.length)
    return {
      ...deny("EINVAL", RULES.nothingAfterCount, `${JSON.stringify(line.slice(rest, rest + 12))} follows`),
      column: rest + 1,
    };
  const [first = 0, lowerFirst = 0, count = 0] = numbers;
  const extent = { first, lowerFirst, count };
  if (first === NO_ID || lowerFirst === NO_ID) return deny("EINVAL", RULES.realIds, showExtent(extent));
  if (!fits(extent) || !fits(lowerOf(extent))) return deny("EINVAL", RULES.countFits, showExtent(extent));
  return allow(extent);
}

/** A map as it reads back: three columns of ten. */
export function formatMap(extents: readonly Extent[]): string {
  return extents.map(showMapLine).join("");
}
