import { useMemo, useState } from "preact/hooks";
import { type Extent, lowerOf } from "../../core/index.ts";
import { Patterns } from "../page/patterns.tsx";
import { rangeWords } from "../page/range-words.ts";
import { useWidth } from "../page/use-width.ts";
import { type Collision, collisionsOf, collisionWords } from "./collisions.ts";
import { BAR, ColumnMark, SIDE } from "./column-mark.tsx";
import { EndHandle } from "./end-handle.tsx";
import { type Lane, laneOf, refilled } from "./id-scale.ts";
import { TINTS } from "./pieces.ts";
import { countWords, RibbonName, RibbonPath, type Side } from "./ribbon-shape.tsx";

/** Heights in pixels: of the heads, of the ids, and of what each line adds to them. */
const HEAD = 40;
const LEAST = 130;
const A_LINE = 44;
const MOST = 430;
const FOOT = 10;

interface Given {
  /** What the lines are of: `uid_map of container`. */
  readonly name: string;
  readonly lines: readonly Extent[];
  /** A line's end was moved; without it no end can be. */
  readonly onCount?: (line: number, count: number) => void;
}

/**
 * Lines of a map as ribbons, whether or not they are one: ids that two lines share are cross-hatched, in both. The ends
 * of lines are handles.
 */
export function LinesDrawing({ name, lines, onCount }: Given) {
  const [box, width] = useWidth<HTMLDivElement>(520);
  const bottom = HEAD + Math.min(MOST, LEAST + A_LINE * lines.length);
  // While an end is dragged every id stays where it is: the end keeps to the pointer.
  const [held, setHeld] = useState<readonly [Lane, Lane] | null>(null);
  const [inside, lower] = useMemo((): readonly [Lane, Lane] => {
    const lowers = lines.map(lowerOf);
    if (held) return [refilled(held[0], lines), refilled(held[1], lowers)];
    return [laneOf(lines, "digits", HEAD, bottom), laneOf(lowers, "digits", HEAD, bottom)];
  }, [lines, held, bottom]);
  const left = { x: SIDE, lane: inside };
  const right = { x: width - SIDE, lane: lower };
  const collisions = useMemo(() => collisionsOf(lines), [lines]);
  return (
    <div ref={box} class="drawing lines-drawing">
      <svg width={width} height={bottom + FOOT}>
        <title>{`Lines of ${name}, from ids inside to ids below`}</title>
        <Patterns />
        {lines.map((line, index) => (
          <g key={`${index}`} class={`ribbon tint-${index % TINTS}`}>
            <title>{`line ${index + 1}: ${rangeWords(line)} inside, ${rangeWords(lowerOf(line))} below`}</title>
            <RibbonPath from={line} to={lowerOf(line)} left={left} right={right} />
          </g>
        ))}
        {collisions.map((collision, index) => (
          <ClashMark key={`${index}`} collision={collision} left={left} right={right} />
        ))}
        {lines.map((line, index) => (
          <RibbonName
            key={`${index}`}
            from={line}
            left={left}
            right={right}
            names={[`line ${index + 1}: ${countWords(line.count)}`, `line ${index + 1}`]}
          />
        ))}
        {([left, right] as const).map(({ x, lane }, index) => (
          <ColumnMark
            key={x}
            column={{ title: index === 0 ? "inside" : "below", letter: index === 0 ? "u" : "k", about: "" }}
            x={x}
            width={0}
            lanes={[lane]}
            place={index === 0 ? "first" : "last"}
          />
        ))}
        {collisions.map((collision, index) => {
          const { x, lane } = collision.side === "inside" ? left : right;
          const [top, end] = [lane.at(collision.ids.first), lane.at(collision.ids.first + collision.ids.count)];
          return <rect key={`${index}`} class="clash" x={x - BAR} y={top} width={2 * BAR} height={end - top} />;
        })}
        {onCount
          ? lines.map((line, index) => (
              <EndHandle
                key={`${index}`}
                name={`end of line ${index + 1}, ${name}`}
                lines={lines}
                line={line}
                x={left.x}
                lane={inside}
                onHold={(isHeld) => setHeld(isHeld ? [inside, lower] : null)}
                onCount={(count) => onCount(index, count)}
              />
            ))
          : null}
      </svg>
      {collisions.length === 0 ? null : (
        <ul class="collisions is-no-text">
          {collisions.map((collision) => (
            <li key={collisionWords(collision)}>{collisionWords(collision)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ClashMark({ collision, left, right }: { readonly collision: Collision } & Record<"left" | "right", Side>) {
  return (
    <g>
      <title>{collisionWords(collision)}</title>
      {collision.parts.map((part, index) => (
        <RibbonPath key={`${index}`} name="clash" from={part} to={lowerOf(part)} left={left} right={right} />
      ))}
    </g>
  );
}
