import type { Verdict } from "../kernel/index.ts";
import type { Values } from "../kernel/syscall/index.ts";

/** A key of a result that is not as it was observed; undefined: missing. */
export interface Difference {
  readonly key: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** A verdict as a result: `{ok: true, …}` or `{errno, at?}`. */
export function resultOf(verdict: Verdict<Values>): Values {
  if (verdict.ok) return { ok: true, ...verdict.value };
  return verdict.stage === undefined ? { errno: verdict.errno } : { errno: verdict.errno, at: verdict.stage };
}

/** Every key that is missing, too many or different. */
export function differences(expected: Values, got: Values): readonly Difference[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
  return [...keys]
    .filter((key) => !isSameJson(expected[key], got[key]))
    .map((key) => ({ key, expected: expected[key], got: got[key] }));
}

/** Deep equality of JSON values; the order of an object's keys does not matter. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => isSameJson(item, b[index]))
    );
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  return (
    left.size === right.size && [...left].every(([key, value]) => right.has(key) && isSameJson(value, right.get(key)))
  );
}
