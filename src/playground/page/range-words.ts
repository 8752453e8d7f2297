import { lastOf, type Range } from "../../core/index.ts";

/** A range of ids in words. @example rangeWords({ first: 100, count: 10 }) // "100 to 109" */
export function rangeWords(range: Range): string {
  return range.count === 1 ? String(range.first) : `${range.first} to ${lastOf(range)}`;
}
