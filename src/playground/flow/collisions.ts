import { cut, type Extent, flip, lowerOf, overlapOf, type Range } from "../../core/index.ts";
import { rangeWords } from "../page/range-words.ts";

/** Ids that two lines of a list hold on one side: no map has such. */
export interface Collision {
  readonly side: "inside" | "lower";
  readonly ids: Range;
  /** Counted from 1. */
  readonly lines: readonly [number, number];
  /** What of each line holds them. */
  readonly parts: readonly [Extent, Extent];
}

/** Every two lines that share ids, in order; more than two that share one are told as pairs. */
export function collisionsOf(lines: readonly Extent[]): readonly Collision[] {
  return lines.flatMap((later, at) =>
    lines.slice(0, at).flatMap((earlier, before) => {
      const numbers = [before + 1, at + 1] as const;
      const inside = overlapOf(earlier, later);
      const lower = overlapOf(lowerOf(earlier), lowerOf(later));
      return [
        ...collision("inside", inside, numbers, (ids) => [cut(earlier, ids), cut(later, ids)]),
        ...collision("lower", lower, numbers, (ids) => [cutLower(earlier, ids), cutLower(later, ids)]),
      ];
    }),
  );
}

function collision(
  side: Collision["side"],
  ids: Range | null,
  lines: Collision["lines"],
  partsOf: (ids: Range) => readonly [Extent | null, Extent | null],
): Collision[] {
  const [earlier, later] = ids ? partsOf(ids) : [null, null];
  return ids && earlier && later ? [{ side, ids, lines, parts: [earlier, later] }] : [];
}

function cutLower(extent: Extent, lower: Range): Extent | null {
  const part = cut(flip(extent), lower);
  return part && flip(part);
}

/** @example "65536 inside is in line 2 and in line 3: it would be both 165535 and 300000 below" */
export function collisionWords({ side, ids, lines: [earlier, later], parts }: Collision): string {
  const others = parts.map((part) => rangeWords(side === "inside" ? lowerOf(part) : part));
  const [here, there] = side === "inside" ? ["inside", "below"] : ["below", "inside"];
  return `${rangeWords(ids)} ${here} ${ids.count === 1 ? "is" : "are"} in line ${earlier} and in line ${later}: ${ids.count === 1 ? "it" : "they"} would be both ${others.join(" and ")} ${there}`;
}
