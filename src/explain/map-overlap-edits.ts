import { cutOut, type Extent, fits, flip, lastOf, lowerOf, overlapOf } from "../core/index.ts";
import type { OwnerKind } from "../kernel/index.ts";
import type { Refusal } from "./map-asked.ts";
import { closedUp, type Draft, extentOf, lostBetween, refusedLine, replaceLine } from "./map-draft.ts";

interface Overlap {
  readonly small: Extent;
  readonly large: Extent;
  readonly largeAt: number;
  readonly smallAt: number;
}

/** The refused line and the earlier one that it overlaps, the larger told from the smaller; the later is the larger of two alike. */
function overlapAt(draft: Draft, kind: OwnerKind, refusal: Refusal): Overlap | null {
  const { lines, at, extent } = refusedLine(draft, kind, refusal);
  if (!extent) return null;
  for (const [otherAt, line] of lines.slice(0, at).entries()) {
    const other = extentOf(line);
    if (!other || !(overlapOf(other, extent) ?? overlapOf(lowerOf(other), lowerOf(extent)))) continue;
    return other.count > extent.count
      ? { small: extent, smallAt: at, large: other, largeAt: otherAt }
      : { small: other, smallAt: otherAt, large: extent, largeAt: at };
  }
  return null;
}

/** Of two lines that begin at one id inside, or overlap in part, the one that reaches further goes behind the other. */
export function moveLine(draft: Draft, kind: OwnerKind, refusal: Refusal): readonly Draft[] {
  const overlap = overlapAt(draft, kind, refusal);
  if (!overlap) return [];
  const { small, smallAt, large, largeAt } = overlap;
  if (!overlapOf(small, large)) return [];
  const isPunched = small.first > large.first && lastOf(small) <= lastOf(large);
  if (isPunched) return [];
  const [staying, moving, at] = small.first > large.first ? [large, small, smallAt] : [small, large, largeAt];
  const moved = { ...moving, first: lastOf(staying) + 1 };
  return fits(moved) ? [replaceLine(draft, kind, at, [moved], {})] : [];
}

/** The larger line goes around the smaller: inside the ids stay what they are, below what is cut out closes up. */
export function cutLine(draft: Draft, kind: OwnerKind, refusal: Refusal): readonly Draft[] {
  const overlap = overlapAt(draft, kind, refusal);
  if (!overlap) return [];
  const { small, large, largeAt } = overlap;
  const pieces = overlapOf(small, large)
    ? cutOut(large, small)
    : closedUp(large.first, cutOut(flip(large), lowerOf(small)).map(flip));
  return [replaceLine(draft, kind, largeAt, pieces, { ids: lostBetween(large, pieces) })];
}
