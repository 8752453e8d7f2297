import { NO_ID } from "../../core/index.ts";
import { scenarioError } from "../../kernel/syscall/index.ts";

/** Stands for a value in the words of a row. */
export const HOLE = "{}";

/**
 * The values that stand in the text of an expectation.
 *
 * @param reads  the text with `{}` for each value, as in `euid={} inside (kuid {})`: its words must be the row's. null: the
 *               text is one value for each answer; several stand in a tuple or list, or between slashes
 * @param count  how many answers there are
 * @returns      null where the text has other words
 * @throws UsernsError ERR_SCENARIO when `reads` itself says what is expected: a number of it would never be compared
 * @example      valuesIn("(0, 5)", null, 2, "$") // ["0", "5"]
 */
export function valuesIn(
  expected: string,
  reads: string | null,
  count: number,
  where: string,
): readonly string[] | null {
  if (reads === null) return separated(expected, count);
  const words = reads.split(HOLE);
  if (words.length - 1 !== count) throw scenarioError(where, `${count} times ${HOLE}, one an answer`, reads);
  if (/\d/.test(words.join(""))) throw scenarioError(where, `${HOLE} in the place of every number`, reads);
  const pattern = words.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+?)");
  const match = new RegExp(`^${pattern}$`, "s").exec(expected);
  return match ? match.slice(1) : null;
}

function separated(expected: string, count: number): readonly string[] | null {
  if (count === 1) return [expected];
  const items = isEnclosed(expected) ? splitOutside(expected.slice(1, -1), ",") : expected.split(" / ");
  return items.length === count ? items : null;
}

function isEnclosed(text: string): boolean {
  return (text.startsWith("(") && text.endsWith(")")) || (text.startsWith("[") && text.endsWith("]"));
}

/** Split at a separator that stands in no bracket. */
function splitOutside(text: string, separator: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let item = "";
  for (const character of text) {
    if ("([".includes(character)) depth++;
    if (")]".includes(character)) depth--;
    if (character === separator && depth === 0) {
      items.push(item.trim());
      item = "";
    } else item += character;
  }
  return item.trim() === "" ? items : [...items, item.trim()];
}

/**
 * What the text of one value means: numbers, `True`, `False`, `None`, `INVALID(-1)` for no id, text in quotes, lists and
 * tuples of those; anything else is a word: `OK`, `EPERM`.
 *
 * @example readValue("(0, 'OK', [1, INVALID(-1)])") // [0, "OK", [1, 4294967295]]
 */
export function readValue(text: string): unknown {
  if (/^-?\d+$/.test(text)) return Number(text);
  if (text === "INVALID(-1)") return NO_ID;
  if (text === "True" || text === "False") return text === "True";
  if (text === "None") return null;
  const [, inQuotes] = /^'([^']*)'$/.exec(text) ?? [];
  if (inQuotes !== undefined) return inQuotes;
  return isEnclosed(text) ? splitOutside(text.slice(1, -1), ",").map(readValue) : text;
}
