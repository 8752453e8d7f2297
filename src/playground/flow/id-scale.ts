import { type ScaleContinuousNumeric, scaleLinear, scaleSymlog } from "d3-scale";
import { MAX_ID, type Range } from "../../core/index.ts";
import type { PlacedRange } from "./pieces.ts";

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

/**
 * `linear` draws all ids to scale, save the last hole, which would take nearly everything. `folded` gives each stretch a
 * height that grows with the digits of its length, and each hole the same. `digits` is folded with room in the holes,
 * and within a stretch too the 10th, the 100th and the 1000th id are equally far apart: for ends that are dragged.
 */
export type ScaleName = "folded" | "linear" | "digits";

const PAST_END = MAX_ID + 1;
/** Pixels of a hole that is folded, and between two lanes. */
const HOLE: Readonly<Record<ScaleName, number>> = { folded: 16, linear: 16, digits: 48 };
const LANE_GAP = 34;

/**
 * Lay the ids of a column out between two heights: a lane for each number.
 *
 * @param ranges  those that end at the column, and those that begin at it
 */
export function lanesOf(
  ranges: readonly PlacedRange[],
  scale: ScaleName,
  top: number,
  bottom: number,
): readonly Lane[] {
  const numbers = [...new Set([0, ...ranges.map(({ number }) => number)])].sort((a, b) => a - b);
  const height = (bottom - top - LANE_GAP * (numbers.length - 1)) / numbers.length;
  return numbers.map((number, index) => {
    const start = top + index * (height + LANE_GAP);
    return {
      ...laneOf(
        ranges.filter((range) => range.number === number),
        scale,
        start,
        start + height,
      ),
      number,
    };
  });
}

/** A lane of classical ids. */
export function laneOf(ranges: readonly Range[], scale: ScaleName, top: number, bottom: number): Lane {
  const stretches = stretchesOf(ranges);
  const edges = [top];
  for (const height of heightsOf(stretches, scale, bottom - top)) edges.push((edges.at(-1) ?? top) + height);
  const cuts = [...stretches.map(({ first }) => first), PAST_END];
  const { at, idAt } = scale === "digits" ? byDigits(cuts, edges) : evenly(cuts, edges);
  return withIntervals({ number: 0, top, bottom, at, idAt }, stretches);
}

/** A lane with other ranges in it, where every id stands as it stood. */
export function refilled(lane: Lane, ranges: readonly Range[]): Lane {
  return withIntervals(lane, stretchesOf(ranges));
}

type Stretch = Pick<Interval, "first" | "count" | "isHeld">;

function withIntervals(lane: Omit<Lane, "intervals">, stretches: readonly Stretch[]): Lane {
  const intervals = stretches.map((stretch) => {
    const { first, count } = stretch;
    return { ...stretch, top: lane.at(first), bottom: lane.at(first + count) };
  });
  return { ...lane, intervals };
}

function stretchesOf(ranges: readonly Range[]): Stretch[] {
  const cuts = [...new Set([0, PAST_END, ...ranges.flatMap(({ first, count }) => [first, first + count])])];
  cuts.sort((a, b) => a - b);
  return cuts.slice(0, -1).map((first, index) => {
    const count = (cuts[index + 1] ?? PAST_END) - first;
    const isHeld = ranges.some((range) => range.first <= first && first < range.first + range.count);
    return { first, count, isHeld };
  });
}

type Places = Pick<Lane, "at" | "idAt">;

function evenly(cuts: readonly number[], edges: readonly number[]): Places {
  const place = scaleLinear(cuts, edges).clamp(true);
  return { at: (id) => place(id), idAt: (pixel) => idOf(place.invert(pixel)) };
}

function byDigits(cuts: readonly number[], edges: readonly number[]): Places {
  const places = cuts.slice(1).map((end, index): [first: number, place: ScaleContinuousNumeric<number, number>] => {
    const first = cuts[index] ?? 0;
    const span = [edges[index] ?? 0, edges[index + 1] ?? 0];
    return [first, scaleSymlog([0, end - first], span).clamp(true)];
  });
  const within = (isBehind: (index: number) => boolean) =>
    places.findLast((_, index) => index === 0 || isBehind(index)) ?? [0, scaleSymlog()];
  return {
    at: (id) => {
      const [first, place] = within((index) => (cuts[index] ?? 0) <= id);
      return place(id - first);
    },
    idAt: (pixel) => {
      const [first, place] = within((index) => (edges[index] ?? 0) <= pixel);
      return idOf(first + place.invert(pixel));
    },
  };
}

function idOf(id: number): number {
  return Math.min(MAX_ID, Math.max(0, Math.floor(id)));
}

function heightsOf(stretches: readonly Stretch[], scale: ScaleName, height: number): number[] {
  const last = stretches.length - 1;
  const isFixed = ({ isHeld }: Stretch, index: number): boolean => !isHeld && (scale !== "linear" || index === last);
  const fixed = Math.min(HOLE[scale], height / (2 * stretches.length));
  const weights = stretches.map((stretch, index) =>
    isFixed(stretch, index) ? 0 : scale === "linear" ? stretch.count : 1 + Math.log10(stretch.count),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const free = height - fixed * weights.filter((weight) => weight === 0).length;
  if (total === 0) return stretches.map(() => height / stretches.length);
  return weights.map((weight) => (weight === 0 ? fixed : (free * weight) / total));
}
