import type { Rule, Translation } from "../kernel/index.ts";
import type { Answer } from "../scenario/index.ts";
import { type Explanation, explain } from "./explain.ts";

/** A check that the call made, as the rule told it that decided. */
export interface FileCheck {
  /** What was asked, and of what: `search disk:dir`. */
  readonly asked: string;
  readonly ok: boolean;
  readonly rule: Rule | null;
  /** What the rule met; empty where the rule says it all. */
  readonly because: string;
  /** The ways that ids took for it: places in the answer's `ways`, from 0. */
  readonly ways: readonly number[];
}

export function toExplanation({ kind, route, from }: Translation): Explanation {
  return explain(kind, route, from);
}

/** Explanations, each once. */
export function distinctWays(ways: readonly Explanation[]): readonly Explanation[] {
  return [...new Map(ways.map((way) => [keyOf(way), way])).values()];
}

/**
 * The checks of a call, each once.
 *
 * @param ways  of the whole answer, as {@link distinctWays} leaves them
 */
export function checksOf({ checks }: Answer, ways: readonly Explanation[]): readonly FileCheck[] {
  const places = new Map(ways.map((way, index) => [keyOf(way), index]));
  const placeOf = (taken: Translation): number => {
    const place = places.get(keyOf(toExplanation(taken)));
    if (place === undefined) throw new Error("a check took an id along a way that its call did not");
    return place;
  };
  const all = checks.map(({ asked, ok, rule, because, ways: taken }) => ({
    asked,
    ok,
    rule,
    because,
    ways: [...new Set(taken.map(placeOf))],
  }));
  return all.filter((check, index) => all.findLastIndex((other) => isSame(check, other)) === index);
}

function isSame(a: FileCheck, b: FileCheck): boolean {
  return a.asked === b.asked && a.ok === b.ok && a.rule === b.rule && a.because === b.because;
}

function keyOf(way: Explanation): string {
  return JSON.stringify(way);
}
