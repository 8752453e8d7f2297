import { NO_ID, UsernsError } from "../../core/index.ts";

/** What the words in capitals of a usage stand for, by name. */
export type Given = ReadonlyMap<string, string>;

/** A command that makes no sense. What runs the script adds where it stands. */
export function scriptError(expected: string, got: string): UsernsError {
  return new UsernsError("ERR_SCENARIO", { where: "$.do", expected, got });
}

/** A word of a command. @throws UsernsError ERR_SCENARIO where the usage has none of the name */
export function word(given: Given, name: string): string {
  const value = given.get(name);
  if (value === undefined) throw scriptError(`a word for ${name}`, "nothing");
  return value;
}

/** The bytes of a text: what a line of commands cannot hold is written as C has it. */
export function written(given: Given): string {
  return word(given, "TEXT").replaceAll("\\n", "\n").replaceAll("\\t", "\t");
}

/** A whole number, in decimal; as wide as what C takes for an int, signed or not. */
export function number(given: Given, name: string, least = LEAST_INT): number {
  return wholeNumber(word(given, name), name, least);
}

/** How many. */
export function count(given: Given, name: string): number {
  return number(given, name, 0);
}

/** An id; below 0 as C makes one of it: -1 is (uid_t)-1. */
export function id(given: Given, name: string): number {
  return asId(number(given, name));
}

/** A list of ids, which may be empty. */
export function ids(given: Given, name: string): readonly number[] {
  const words = word(given, name).split(" ");
  return words.filter((text) => text !== "").map((text) => asId(wholeNumber(text, name, LEAST_INT)));
}

/** A mode, in octal. */
export function octal(given: Given, name: string): string {
  const text = word(given, name);
  if (!/^[0-7]{1,5}$/.test(text)) throw scriptError(`octal digits for ${name}`, text);
  return text;
}

/** One of some words. */
export function oneOf(given: Given, name: string, words: readonly string[]): string {
  const text = word(given, name);
  if (!words.includes(text)) throw scriptError(`${name}: one of ${words.join(", ")}`, text);
  return text;
}

const LEAST_INT = -(2 ** 31);

function wholeNumber(text: string, name: string, least: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < least || value > NO_ID)
    throw scriptError(`a whole number for ${name}, ${least} … ${NO_ID}`, text);
  return value;
}

function asId(value: number): number {
  return value >>> 0;
}
