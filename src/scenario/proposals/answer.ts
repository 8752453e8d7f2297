import { scenarioError, type Values } from "../../kernel/syscall/index.ts";
import { isSameJson } from "../compare.ts";
import { listAt, objectAt, textAt } from "../load.ts";
import { pathParts } from "../source.ts";
import { HOLE, readValue } from "./expected-value.ts";

/** What the steps of each world answered; a row with one world calls it by no name. */
export type WorldResults = ReadonlyMap<string, readonly Values[]>;

/** The name of the only world of a row. */
export const ONLY_WORLD = "";

/** One value of a row's expectation against what the model answered. @returns what differs, or null */
export type AnswerCheck = (expected: string, results: WorldResults) => string | null;

/**
 * Read how an answer is found, and how its value is written in the row:
 *
 * - `0.uid[1]`: of the first step's result; `v3.0.uid` in the world v3; `0` alone is OK or the step's errno
 * - `{from: REF or list of them, words: {word: value, …}}`: the row says it in a word, which stands for the value
 * - `{compare: [REF, REF]}`: the row says `same` or `differ`
 * - `{in: REF, around: TEXT}`: the row says a part of a text; `around` is that text, with `{}` for the part
 *
 * @throws UsernsError ERR_SCENARIO with the JSON path
 */
export function readAnswer(json: unknown, where: string): AnswerCheck {
  if (typeof json === "string") return (expected, results) => differs(readValue(expected), find(json, results, where));
  const given = objectAt(json, where, ["from", "words", "compare", "in", "around"]);
  if (given.in !== undefined) {
    const ref = textAt(given.in, `${where}.in`);
    const [before, after, ...more] = textAt(given.around, `${where}.around`).split(HOLE);
    if (before === undefined || after === undefined || more.length > 0)
      throw scenarioError(`${where}.around`, `a text with ${HOLE} once`, given.around);
    return (expected, results) => differs(before + expected + after, find(ref, results, where));
  }
  if (given.compare !== undefined) {
    const [a, b] = listAt(given.compare, `${where}.compare`).map((ref) => textAt(ref, `${where}.compare`));
    if (a === undefined || b === undefined) throw scenarioError(`${where}.compare`, "two answers", given.compare);
    return (expected, results) =>
      differs(expected, isSameJson(find(a, results, where), find(b, results, where)) ? "same" : "differ");
  }
  const refs = Array.isArray(given.from) ? given.from.map((ref) => textAt(ref, `${where}.from`)) : null;
  const ref = refs ? "" : textAt(given.from, `${where}.from`);
  const words = new Map(Object.entries(objectAt(given.words, `${where}.words`)));
  return (expected, results) => {
    const value = refs ? refs.map((each) => find(each, results, where)) : find(ref, results, where);
    if (!words.has(expected)) return `${said(expected, value)}; known words: ${[...words.keys()].join(", ")}`;
    return differs(words.get(expected), value);
  };
}

function differs(expected: unknown, got: unknown): string | null {
  return isSameJson(expected, got) ? null : said(expected, got);
}

function said(expected: unknown, got: unknown): string {
  return `expected ${JSON.stringify(expected)}, got ${got === undefined ? "nothing" : JSON.stringify(got)}`;
}

/** `v3.0.uid[1]`, looked up. A step that failed answers its errno, whatever of it is asked for. */
function find(ref: string, results: WorldResults, where: string): unknown {
  const match = /^(?:([a-z]\w*)\.)?(\d+)((?:\.\w+|\[\d+\])*)$/i.exec(ref);
  if (!match) throw scenarioError(where, "an answer such as 0.uid[1] or v3.0", ref);
  const [, world = ONLY_WORLD, step = "", path = ""] = match;
  const steps = results.get(world);
  if (!steps) throw scenarioError(where, `a world of the row: ${[...results.keys()].join(", ")}`, ref);
  const result = steps[Number(step)];
  if (!result) throw scenarioError(where, `one of ${steps.length} steps, from 0`, ref);
  if (result.errno !== undefined) return result.errno;
  if (path === "") return result.ok === true ? "OK" : result;
  return pathParts(path).reduce(itemOf, result);
}

function itemOf(value: unknown, part: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const entry = Object.entries(value).find(([key]) => key === String(part));
  return entry?.[1];
}
