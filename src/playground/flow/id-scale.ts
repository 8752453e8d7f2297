import { scaleLinear } from "d3-scale";
import { MAX_ID } from "../../core/index.ts";
import type { Piece, PlacedRange } from "./pieces.ts";

/** Ids of a lane that are all held by a ribbon, or all by none. */
export interface Interval {
  readonly first: number;
  /** Not 0; with the ids of all intervals every id is there. */
  readonly count: number;
  readonly isHeld: boolean;
  readonly top: number;
  readonly bottom: number;
}

/** One lane of a column: classical ids, or those of an isolated namespace. */
export interface Lane {
  readonly number: number;
  readonly top: number;
  readonly bottom: number;
  readonly intervals: readonly Interval[];
  /** Where an id stands, in pixels. The end of a range is the place of the id behind it. */
  readonly at: (id: number) => number;
  readonly idAt: (pixel: number) => number;
}

export type ScaleName = "folded" | "linear";

const PAST_END = MAX_ID + 1;
/** Pixels of a hole that is folded, and between two lanes. */
const HOLE = 16;
const LANE_GAP = 34;

/**
 * Lay the ids of a column out between two heights.
 *
 * `linear` draws all ids to scale, save the last hole, which would take nearly everything. `folded` gives each stretch a
 * height that grows with the digits of its length, and each hole the same.
 *
 * @param left   the ribbons that end at the column
 * @param right  the ribbons that begin at it
 */
export function lanesOf(
  left: readonly Piece[],
  right: readonly Piece[],
  scale: ScaleName,
  top: number,
  bottom: number,
): readonly Lane[] {
  const ranges = [...left.map(({ to }) => to), ...right.map(({ from }) => from)];
  const numbers = [...new Set([0, ...ranges.map(({ number }) => number)])].sort((a, b) => a - b);
  const height = (bottom - top - LANE_GAP * (numbers.length - 1)) / numbers.length;
  return numbers.map((number, index) => {
    const start = top + index * (height + LANE_GAP);
    return laneOf(
      number,
      ranges.filter((range) => range.number === number),
      scale,
      start,
      start + height,
    );
  });
}

function laneOf(number: number, ranges: readonly PlacedRange[], scale: ScaleName, top: number, bottom: number): Lane {
  const cuts = [...new Set([0, PAST_END, ...ranges.flatMap(({ first, count }) => [first, first + count])])];
  cuts.sort((a, b) => a - b);
  const stretches = cuts.slice(0, -1).map((first, index) => {
    const count = (cuts[index + 1] ?? PAST_END) - first;
    const isHeld = ranges.some((range) => range.first <= first && first < range.first + range.count);
    return { first, count, isHeld };
  });
  const heights = heightsOf(stretches, scale, bottom - top);
  const edges = [top];
  for (const height of heights) edges.push((edges.at(-1) ?? top) + height);
  const place = scaleLinear(cuts, edges).clamp(true);
  return {
    number,
    top,
    bottom,
    intervals: stretches.map((stretch, index) => ({
      ...stretch,
      top: edges[index] ?? top,
      bottom: edges[index + 1] ?? bottom,
    })),
    at: (id) => place(id),
    idAt: (pixel) => Math.min(MAX_ID, Math.max(0, Math.floor(place.invert(pixel)))),
  };
}

type Stretch = Pick<Interval, "first" | "count" | "isHeld">;

function heightsOf(stretches: readonly Stretch[], scale: ScaleName, height: number): number[] {
  const last = stretches.length - 1;
  const isFixed = ({ isHeld }: Stretch, index: number): boolean => !isHeld && (scale === "folded" || index === last);
  const fixed = Math.min(HOLE, height / (2 * stretches.length));
  const weights = stretches.map((stretch, index) =>
    isFixed(stretch, index) ? 0 : scale === "linear" ? stretch.count : 1 + Math.log10(stretch.count),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const free = height - fixed * weights.filter((weight) => weight === 0).length;
  if (total === 0) return stretches.map(() => height / stretches.length);
  return weights.map((weight) => (weight === 0 ? fixed : (free * weight) / total));
}
