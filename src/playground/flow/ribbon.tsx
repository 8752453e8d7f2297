import { area, curveBumpX } from "d3-shape";
import { lastOf } from "../../core/index.ts";
import type { Lane } from "./id-scale.ts";
import type { Piece } from "./pieces.ts";

interface Side {
  readonly x: number;
  readonly lane: Lane;
}

interface Given {
  readonly piece: Piece;
  readonly left: Side;
  readonly right: Side;
  /** Is the picked id one of its ids? */
  readonly isLit: boolean;
  /** Does the tabulator key stop here? At one line of a map; the arrow keys lead to the others. */
  readonly isStop: boolean;
  /** Asked to show the way of its first id. */
  readonly onPick: () => void;
}

/** A single id is to be seen too. */
const THINNEST = 2;
/** Pixels that the name of a line needs. */
const NAME_HEIGHT = 18;
/** Where it begins: behind the ids of the column. */
const NAME_START = 84;
const LETTER_WIDTH = 7.3;
/** Of the next column. */
const BAR = 8;

const shape = area<readonly [x: number, top: number, bottom: number]>()
  .x(([x]) => x)
  .y0(([, top]) => top)
  .y1(([, , bottom]) => bottom)
  .curve(curveBumpX);

/** A line of a map: its ids on the left, and what they become on the right. */
export function Ribbon({ piece, left, right, isLit, isStop, onPick }: Given) {
  const { from, to, lines, tint } = piece;
  const edge = ({ x, lane }: Side, first: number): readonly [number, number, number] => {
    const top = lane.at(first);
    return [x, top, Math.max(top + THINNEST, lane.at(first + from.count))];
  };
  const ends = [edge(left, from.first), edge(right, to.first)] as const;
  const [[, leftTop, leftBottom]] = ends;
  const height = leftBottom - leftTop;
  const name = lines.length === 0 ? "initial namespace" : lines.join("; ");
  const count = `${from.count} ${from.count === 1 ? "id" : "ids"}`;
  const label = fitting([`${name}: ${count}`, lines.at(0)?.replace(/^.*, /, "") ?? ""], right.x - left.x);
  const words = `${name}: ${from.first} to ${lastOf(from)} become ${to.first} to ${lastOf(to)}${to.number === 0 ? "" : ` of isolated namespace ${to.number}`}`;
  return (
    <g
      class={`ribbon tint-${tint}${isLit ? " is-lit" : ""}`}
      role="option"
      tabindex={isStop ? 0 : -1}
      aria-selected={isLit}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") onPick();
        else if (!moveFocus(event.currentTarget, event.key)) return;
        event.preventDefault();
      }}
    >
      <title>{words}</title>
      <path d={shape(ends) ?? ""} />
      {height < NAME_HEIGHT || label === "" ? null : (
        <text x={left.x + NAME_START} y={(leftTop + leftBottom) / 2 + 4}>
          {label}
        </text>
      )}
    </g>
  );
}

/** From a line to the one above or below it in the same map. @returns false for other keys, and at the ends */
function moveFocus(from: Element, key: string): boolean {
  const next = key === "ArrowDown" ? from.nextElementSibling : key === "ArrowUp" ? from.previousElementSibling : null;
  if (!(next instanceof SVGElement)) return false;
  next.focus();
  return true;
}

/** The longer of two names that there is room for; none where there is no room. */
function fitting(names: readonly [long: string, short: string], width: number): string {
  return names.find((name) => NAME_START + name.length * LETTER_WIDTH < width - BAR) ?? "";
}
