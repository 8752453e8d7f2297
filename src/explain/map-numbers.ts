import type { Extent } from "../core/index.ts";

const DECIMAL = /^\+?\d+$/;
const HEX = /^0x[\da-f]+$/i;

/** The numbers of a line as a person may have meant them: hexadecimal, with a sign, parted by colons or commas. */
function numbersOf(text: string): readonly (number | null)[] {
  const words = text
    .replace(/#.*$/, "")
    .split(/[\s:,]+/)
    .filter((word) => word !== "");
  return words.map((word) => (DECIMAL.test(word) || HEX.test(word) ? Number(word) : null));
}

/**
 * The lines that a line which the kernel does not read may have meant.
 *
 * @returns  three numbers a line; empty when nothing of the kind can be seen in the text
 * @example linesOfNumbers("0:0x3e8:1") // ["0 1000 1"]
 * @example linesOfNumbers("0:1000:1,1:100000:65536") // ["0 1000 1", "1 100000 65536"]
 * @example linesOfNumbers("0 1000") // ["0 1000 1"]
 * @example linesOfNumbers("-1 0 1") // []
 */
export function linesOfNumbers(text: string): readonly string[] {
  const numbers = numbersOf(text);
  const [first, lowerFirst, count = 1, ...more] = numbers;
  if (typeof first !== "number" || typeof lowerFirst !== "number" || count === null) return [];
  const isSeveral = numbers.length > 3 && numbers.length % 3 === 0 && more.every((number) => number !== null);
  const triples = isSeveral ? numbers : [first, lowerFirst, count];
  return Array.from({ length: triples.length / 3 }, (_, line) => triples.slice(3 * line, 3 * line + 3).join(" "));
}

/** The three numbers of a line, too large ones and a count of 0 among them; null when they are not three. */
export function rawExtentOf(text: string): Extent | null {
  const [first, lowerFirst, count, ...more] = numbersOf(text);
  return typeof first === "number" && typeof lowerFirst === "number" && typeof count === "number" && more.length === 0
    ? { first, lowerFirst, count }
    : null;
}
