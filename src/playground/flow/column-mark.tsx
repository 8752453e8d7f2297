import { lastOf } from "../../core/index.ts";
import type { Column } from "./chain.ts";
import type { Interval, Lane } from "./id-scale.ts";

interface Given {
  readonly column: Column;
  readonly x: number;
  /** Between this column and the next, in pixels. */
  readonly width: number;
  readonly lanes: readonly Lane[];
  readonly place: "first" | "inner" | "last";
}

/** Room beside the outermost columns, in pixels. */
export const SIDE = 16;
export const BAR = 10;
/** Pixels between the base lines of two labels. */
const APART = 13;
const ROOMY = 230;

/** A space of ids: its name, and a bar on which held ids are solid and holes hatched. */
export function ColumnMark({ column, x, width, lanes, place }: Given) {
  const { anchor, headX, labelX, labelAnchor } = {
    first: { anchor: "start", headX: x - SIDE, labelX: x + BAR, labelAnchor: "start" },
    inner: { anchor: "middle", headX: x, labelX: x + BAR, labelAnchor: "start" },
    last: { anchor: "end", headX: x + SIDE, labelX: x - BAR, labelAnchor: "end" },
  }[place] satisfies Record<string, string | number>;
  return (
    <g class="column">
      <text class="column-title" x={headX} y={14} text-anchor={anchor}>
        {column.title}
      </text>
      {width > ROOMY ? (
        <text class="column-about" x={headX} y={30} text-anchor={anchor}>
          {column.about}
        </text>
      ) : null}
      {lanes.map((lane) => (
        <g key={lane.number}>
          {lane.number === 0 ? null : (
            <text class="column-about" x={headX} y={lane.top - 8} text-anchor={anchor}>
              {width > ROOMY ? `ids of isolated namespace ${lane.number} (64 bits)` : `64-bit, ns${lane.number}`}
            </text>
          )}
          {lane.intervals.map((interval) => (
            <rect
              key={interval.first}
              class={interval.isHeld ? "held" : "hole"}
              x={x - BAR / 2}
              y={interval.top}
              width={BAR}
              height={Math.max(1, interval.bottom - interval.top)}
            >
              <title>
                {`${column.letter}${interval.first} to ${column.letter}${lastOf(interval)}: ${interval.isHeld ? "mapped" : "no line holds them"}`}
              </title>
            </rect>
          ))}
          {labelsOf(lane).map(({ id, y }) => (
            <text key={id} class="id-label" x={labelX} y={y} text-anchor={labelAnchor}>
              {id}
            </text>
          ))}
        </g>
      ))}
    </g>
  );
}

/** The first and the last id of each held interval, where there is room. */
function labelsOf({ intervals, top, bottom }: Lane): { readonly id: number; readonly y: number }[] {
  const held = intervals.filter(({ isHeld }) => isHeld);
  const wanted = [
    ...held.map((interval) => ({ id: interval.first, y: clampedY(interval.top + 10, top, bottom) })),
    ...held
      .filter(({ count }: Interval) => count > 1)
      .map((interval) => ({ id: lastOf(interval), y: clampedY(interval.bottom - 3, top, bottom) })),
  ];
  const placed: { id: number; y: number }[] = [];
  for (const label of wanted) if (placed.every(({ y }) => Math.abs(y - label.y) >= APART)) placed.push(label);
  return placed;
}

function clampedY(y: number, top: number, bottom: number): number {
  return Math.min(bottom, Math.max(top + 9, y));
}
