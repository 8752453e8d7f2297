import { curveBumpX, line } from "d3-shape";
import { SIDE } from "./column-mark.tsx";
import type { Picked } from "./flow-state.ts";
import type { Stop } from "./way.ts";

interface Point {
  readonly x: number;
  readonly y: number;
  /** Is there no room above it? */
  readonly isTop: boolean;
}

interface Given {
  readonly stops: readonly Stop[];
  readonly picked: Picked;
  readonly letters: readonly string[];
  readonly place: (column: number, stop: Stop) => Point;
}

const curve = line<Point>()
  .x(({ x }) => x)
  .y(({ y }) => y)
  .curve(curveBumpX);

/** The way of the picked id: a line through every column, a dot where it is an id, a cross where it is none. */
export function WayMark({ stops, picked, letters, place }: Given) {
  const points = stops.map((stop, column) => place(column, stop));
  const last = stops.length - 1;
  return (
    <g class="way">
      {points.slice(1).map((point, index) => {
        const before = points[index] ?? point;
        const isWhole = stops[index] !== null && stops[index + 1] !== null && !stops[index]?.isOverflow;
        return <path key={`${index}`} class={isWhole ? "" : "is-broken"} d={curve([before, point]) ?? ""} />;
      })}
      {stops.map((stop, column) => {
        const { x, y, isTop } = points[column] ?? { x: 0, y: 0, isTop: false };
        const isPicked = column === Math.min(picked.column, last);
        const anchor = column === 0 ? "start" : column === last ? "end" : "middle";
        const textX = column === 0 ? x - SIDE : column === last ? x + SIDE : x;
        const text = textOf(stop, letters[column] ?? "u");
        return (
          <g key={`${column}`} class={isPicked ? "stop is-picked" : "stop"}>
            {stop ? <circle cx={x} cy={y} r={isPicked ? 6 : 4.5} /> : <Cross x={x} y={y} />}
            <text x={textX} y={!stop ? y + 16 : isTop ? y + 20 : y - 10} text-anchor={anchor}>
              {text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function Cross({ x, y }: Pick<Point, "x" | "y">) {
  return <path class="cross" d={`M${x - 5},${y - 5}l10,10m0,-10l-10,10`} />;
}

function textOf(stop: Stop, letter: string): string {
  if (stop === null) return "not mapped";
  const { id, number } = stop.placed;
  return `${letter}${id}${number === 0 ? "" : `@ns${number}`}${stop.isOverflow ? ", overflow" : ""}`;
}
