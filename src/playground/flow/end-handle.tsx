import { type Extent, lastOf, lowerOf, MAX_ID, type Range } from "../../core/index.ts";
import type { Lane } from "./id-scale.ts";

interface Given {
  readonly name: string;
  readonly lines: readonly Extent[];
  /** The one whose end it is. */
  readonly line: Extent;
  readonly x: number;
  readonly lane: Lane;
  /** A pointer took the handle, or let it go. */
  readonly onHold: (isHeld: boolean) => void;
  readonly onCount: (count: number) => void;
}

/** Pixels: of the handle as it is seen, beside the ids of its column, and as a finger finds it. */
const GRIP = { width: 24, height: 10 };
const REACH = 30;
/** Of the column's middle, to the left of which the handle begins. */
const BEFORE = 15;

/** The end of a line: dragged by mouse or finger, or moved by keys, as a slider of how many ids the line holds. */
export function EndHandle({ name, lines, line, x, lane, onHold, onCount }: Given) {
  const { count } = line;
  const most = MAX_ID - Math.max(line.first, line.lowerFirst) + 1;
  const free = freeCount(lines, line);
  const y = lane.at(line.first + count);
  const set = (wanted: number) => {
    const next = Math.min(most, Math.max(1, wanted));
    if (next !== count) onCount(next);
  };
  return (
    <g
      class="end-handle"
      role="slider"
      tabindex={0}
      aria-label={name}
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={most}
      aria-valuenow={count}
      aria-valuetext={`${lastOf(line)}, of ${count}`}
      onKeyDown={(event) => {
        // The browser's own, as Alt and an arrow to go back.
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const next = countByKey(event.key, count, free);
        if (next === null) return;
        event.preventDefault();
        set(next);
      }}
      onPointerDown={(event) => {
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        onHold(true);
      }}
      onPointerMove={(event) => {
        const { currentTarget, pointerId, clientY } = event;
        const svg = currentTarget.ownerSVGElement;
        if (!svg || !currentTarget.hasPointerCapture(pointerId)) return;
        set(nearCount(lane.idAt(clientY - svg.getBoundingClientRect().top) - line.first, free));
      }}
      onLostPointerCapture={() => onHold(false)}
    >
      <title>Drag it, or move it by the arrow keys, Page Up and Page Down, Home and End</title>
      <rect class="reach" x={x - BEFORE} y={y - REACH / 2} width={REACH} height={REACH} />
      <rect class="grip" x={x - BEFORE} y={y - GRIP.height / 2} rx={4} {...GRIP} />
      <path class="grip-line" d={`M${x - 10},${y - 1.5}h14m-14,3h14`} />
    </g>
  );
}

/** Down the page is towards more ids, as the end itself moves. @returns null for other keys */
function countByKey(key: string, count: number, free: number): number | null {
  switch (key) {
    case "ArrowDown":
    case "ArrowRight":
      return count + 1;
    case "ArrowUp":
    case "ArrowLeft":
      return count - 1;
    case "PageDown":
      return count * 2;
    case "PageUp":
      return Math.ceil(count / 2);
    case "Home":
      return 1;
    case "End":
      return free;
    default:
      return null;
  }
}

/** So many ids has a line that ends where another begins, on either side, or where the ids end. */
function freeCount(lines: readonly Extent[], line: Extent): number {
  const room = (range: Range, others: readonly Range[]) =>
    Math.min(MAX_ID + 1, ...others.map(({ first }) => first).filter((first) => first > range.first)) - range.first;
  return Math.min(room(line, lines), room(lowerOf(line), lines.map(lowerOf)));
}

/** A hand is this far from what it means, as a part of it. */
const TREMBLE = 0.05;

/** The count that a pointer means: all that is free or a power of two where one is near, else two digits. */
function nearCount(count: number, free: number): number {
  if (count < 1) return 1;
  const near = [free, 2 ** Math.round(Math.log2(count))].find((each) => Math.abs(each - count) <= TREMBLE * each);
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return near ?? Math.round(count / digit) * digit;
}
