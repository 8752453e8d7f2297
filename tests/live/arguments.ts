/** Reads the arguments of a step for the running kernel. The model has read and refused them before. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import { NotRun } from "./agent.ts";

export function textOf(args: Values, key: string, absent?: string): string {
  const value = args[key] ?? absent;
  if (typeof value !== "string") throw new NotRun(`"${key}" is no text`);
  return value;
}

export function numberOf(args: Values, key: string, absent?: number): number {
  const value = args[key] ?? absent;
  if (typeof value !== "number") throw new NotRun(`"${key}" is no number`);
  return value;
}

export function listOf(args: Values, key: string, absent?: readonly unknown[]): readonly unknown[] {
  const value = args[key] ?? absent;
  if (!Array.isArray(value)) throw new NotRun(`"${key}" is no list`);
  return value;
}

export function numbersOf(args: Values, key: string): readonly number[] {
  return listOf(args, key).map((value) => {
    if (typeof value !== "number") throw new NotRun(`"${key}" holds more than numbers`);
    return value;
  });
}

/** The bits of words of a list. */
export function bitsOf(args: Values, key: string, table: { readonly [word: string]: number }): number {
  return listOf(args, key, []).reduce<number>((set, word) => {
    const bit = typeof word === "string" ? table[word] : undefined;
    if (bit === undefined) throw new NotRun(`"${key}" holds ${String(word)}`);
    return set | bit;
  }, 0);
}

/** The entry of a table that a word names. */
export function wordOf<T>(args: Values, key: string, table: { readonly [word: string]: T }, absent?: string): T {
  const word = textOf(args, key, absent);
  const found = Object.hasOwn(table, word) ? table[word] : undefined;
  if (found === undefined) throw new NotRun(`"${key}" is ${word}`);
  return found;
}

export function modeOf(args: Values, key: string, absent: string): number {
  return Number.parseInt(textOf(args, key, absent), 8);
}
