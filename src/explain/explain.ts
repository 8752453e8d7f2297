import {
  type Extent,
  type IdMap,
  type Kind,
  lastOf,
  lowerOf,
  NO_ID,
  OVERFLOW_ID,
  type PlacedId,
  type Range,
  type Step,
  type StepReason,
  showExtent,
  walk,
} from "../core/index.ts";
import type { KernelRoute, Space } from "../kernel/index.ts";

/** One step of a route, in words. */
export interface ExplainedStep {
  /** The map that was read: `uid_map`. */
  readonly map: string;
  readonly direction: "down" | "up";
  /** `u42`; `none` when the step before did not map the id. */
  readonly from: string;
  /** `k100041`; `none` when not mapped. */
  readonly to: string;
  readonly reason: StepReason;
  /** The line of the map, from 1, that holds the id; null when none does. */
  readonly line: number | null;
  /** That line as `inside:lower:count`. */
  readonly extent: string | null;
  /** The line that was used, or why none fits. */
  readonly why: string;
}

/** What an id becomes, and every step to it. The `--json` of `userns explain` lists these. */
export interface Explanation {
  readonly kind: Kind;
  readonly from: string;
  readonly to: string;
  /** False also where the route shows the overflow id, which then stands in `to`. */
  readonly isMapped: boolean;
  /** The id at the end of the route; null when not mapped. */
  readonly id: number | null;
  /** What user space is shown there: the id, or the overflow id when not mapped. */
  readonly shown: number;
  readonly steps: readonly ExplainedStep[];
}

const REASONS: Readonly<Record<StepReason, (nothingFits: string) => string>> = {
  line: (nothingFits) => nothingFits,
  isolated: (nothingFits) => `${nothingFits}, and the namespace is isolated: the id stays, under its number`,
  own: () => "an id of this isolated namespace stands for itself",
  bare: (nothingFits) => `${nothingFits}; the number of its namespace is put aside`,
  creator: () => "an id of another isolated namespace: its creator is shown",
  overflow: (nothingFits) => `${nothingFits}; the overflow id is shown`,
  unmapped: (nothingFits) => nothingFits,
};

/**
 * Walk an id through a route and say of every step which line of which map was used, or why none fits.
 *
 * It reads the steps of {@link walk} and derives nothing again, so another route gives another explanation.
 *
 * @param from  an id of the space that the route's first hop leads from
 * @example explain("uid", intoKernel([{ name: "uid_map", map: parseTriples("0:100000:65536") }]), { id: 5, number: 0 }).to // "k100005"
 */
export function explain<K extends Kind>(kind: K, route: KernelRoute<K>, from: PlacedId<K>): Explanation {
  const walked = walk(route, from);
  const reached = walked.at(-1);
  const end = reached?.to ?? from;
  const isMapped = end.id !== NO_ID && reached?.reason !== "overflow" && reached?.reason !== "creator";
  return {
    kind,
    from: showId(route[0]?.from, from),
    to: showId(route.at(-1)?.to, end),
    isMapped,
    id: isMapped ? end.id : null,
    shown: end.id === NO_ID ? OVERFLOW_ID : end.id,
    steps: walked.map((step, index) => explainStep(step, route[index]?.from, route[index]?.to)),
  };
}

/** `k1000`; `k1000@ns2` for an id of isolated namespace 2; `none` when not mapped. */
function showId(space: Space | undefined, placed: PlacedId): string {
  if (placed.id === NO_ID) return "none";
  return `${space ?? "u"}${placed.id}${placed.number === 0 ? "" : `@ns${placed.number}`}`;
}

function explainStep(step: Step, from: Space | undefined, to: Space | undefined): ExplainedStep {
  const { hop, line, reason } = step;
  const extent = line === null ? undefined : hop.map.extents[line - 1];
  const text = extent ? showExtent(extent) : null;
  const why = text === null ? REASONS[reason](nearestLines(step, from ?? "u")) : `line ${line}: ${text}`;
  return {
    map: hop.name,
    direction: hop.direction,
    from: showId(from, step.from),
    to: showId(to, step.to),
    reason,
    line,
    extent: text,
    why,
  };
}

/** Why no line of the map holds the id: the lines that come nearest, below and above. */
function nearestLines({ hop, from }: Step, space: Space): string {
  if (from.id === NO_ID) return "not looked up: the step before mapped nothing";
  if (from.number !== 0) return `it belongs to isolated namespace ${from.number}, which this map does not hold`;
  if (hop.map.extents.length === 0) return "the map has no line";
  const side = hop.direction === "down" ? (extent: Extent): Range => extent : lowerOf;
  const [below, above] = neighbours(hop.map, side, from.id);
  const near: string[] = [];
  if (below)
    near.push(`line ${below.line} (${showExtent(below.extent)}) ends at ${space}${lastOf(side(below.extent))}`);
  if (above)
    near.push(`line ${above.line} (${showExtent(above.extent)}) begins at ${space}${side(above.extent).first}`);
  return `no line holds ${space}${from.id}: ${near.join(", ")}`;
}

interface Line {
  readonly extent: Extent;
  readonly line: number;
}

function neighbours(map: IdMap, side: (extent: Extent) => Range, id: number): [Line | undefined, Line | undefined] {
  const lines = map.extents.map((extent, index) => ({ extent, line: index + 1 }));
  const sorted = lines.sort((a, b) => side(a.extent).first - side(b.extent).first);
  return [
    sorted.filter(({ extent }) => lastOf(side(extent)) < id).at(-1),
    sorted.find(({ extent }) => side(extent).first > id),
  ];
}
