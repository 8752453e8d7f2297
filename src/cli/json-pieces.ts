import { inPieces } from "./text-pieces.ts";

/** Values further in than this are made into text whole: the lists of an answer stand above. */
const MOST_DEPTH = 3;

/**
 * A value as `JSON.stringify(value, null, 2)` writes it, in pieces: an answer may list many ids. What is iterable, near
 * the top, is written as the list of what it gives, one at a time.
 *
 * @example [...jsonPieces({ ids: [] })].join("") // "{\n  \"ids\": []\n}"
 */
export function jsonPieces(value: unknown): Generator<string> {
  return inPieces(tokensOf(value, 0));
}

function* tokensOf(value: unknown, depth: number): Generator<string> {
  const indent = "  ".repeat(depth);
  if (typeof value !== "object" || value === null || depth === MOST_DEPTH) {
    const text: string | undefined = JSON.stringify(value, null, 2);
    // A line ends only between values: in text it is written \n.
    yield (text ?? "null").replaceAll("\n", `\n${indent}`);
    return;
  }
  const [open, close] = isIterable(value) ? "[]" : "{}";
  let isEmpty = true;
  for (const [key, item] of membersOf(value)) {
    yield `${isEmpty ? open : ","}\n${indent}  ${key}`;
    yield* tokensOf(item, depth + 1);
    isEmpty = false;
  }
  yield isEmpty ? `${open}${close}` : `\n${indent}${close}`;
}

/** The values in an object or list, each with what is written before it. */
function* membersOf(value: object): Generator<readonly [start: string, value: unknown]> {
  if (isIterable(value)) for (const item of value) yield ["", item];
  else
    for (const [key, item] of Object.entries(value)) if (item !== undefined) yield [`${JSON.stringify(key)}: `, item];
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}
