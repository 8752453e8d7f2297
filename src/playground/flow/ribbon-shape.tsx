import { area, curveBumpX } from "d3-shape";
import type { Range } from "../../core/index.ts";
import { BAR } from "./column-mark.tsx";
import type { Lane } from "./id-scale.ts";

/** Where a ribbon begins or ends. */
export interface Side {
  readonly x: number;
  readonly lane: Lane;
}

/** Ids on the left, and what they are on the right. */
export interface Between {
  readonly from: Range;
  readonly to: Range;
  readonly left: Side;
  readonly right: Side;
}

/** A single id is to be seen too. */
const THINNEST = 2;
/** Pixels that the name of a line needs. */
const NAME_HEIGHT = 18;
/** Where it begins: behind the ids of the column. */
const NAME_START = 84;
const LETTER_WIDTH = 7.3;

const shape = area<readonly [x: number, top: number, bottom: number]>()
  .x(([x]) => x)
  .y0(([, top]) => top)
  .y1(([, , bottom]) => bottom)
  .curve(curveBumpX);

/** The outline of a ribbon. */
export function RibbonPath({ from, to, left, right, name }: Between & { readonly name?: string }) {
  return <path class={name} d={shape([edge(left, from), edge(right, to)]) ?? ""} />;
}

interface Named extends Pick<Between, "from" | "left" | "right"> {
  readonly names: readonly [long: string, short: string];
}

/** The longer of two names of a ribbon that there is room for. */
export function RibbonName({ names, from, left, right }: Named) {
  const [, top, bottom] = edge(left, from);
  const name = names.find((each) => NAME_START + each.length * LETTER_WIDTH < right.x - left.x - BAR) ?? "";
  if (name === "" || bottom - top < NAME_HEIGHT) return null;
  return (
    <text class="ribbon-name" x={left.x + NAME_START} y={(top + bottom) / 2 + 4}>
      {name}
    </text>
  );
}

function edge({ x, lane }: Side, { first, count }: Range): readonly [number, number, number] {
  const top = lane.at(first);
  return [x, top, Math.max(top + THINNEST, lane.at(first + count))];
}

/** `65536 ids` */
export function countWords(count: number): string {
  return `${count} ${count === 1 ? "id" : "ids"}`;
}
