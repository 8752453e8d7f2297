import { useMemo } from "preact/hooks";
import { Patterns } from "../page/patterns.tsx";
import { useWidth } from "../page/use-width.ts";
import type { Chain } from "./chain.ts";
import { ColumnMark, SIDE } from "./column-mark.tsx";
import type { FlowState, Picked } from "./flow-state.ts";
import { type Lane, lanesOf } from "./id-scale.ts";
import { piecesOf } from "./pieces.ts";
import { Ribbon } from "./ribbon.tsx";
import { type Stop, wayOf } from "./way.ts";
import { WayMark } from "./way-mark.tsx";

/** Heights in pixels: of the heads, of the spaces, and of where an id ends that is not mapped. */
const HEAD = 56;
const SPACE = 430;
const FOOT = 34;

/** An id this near to the top of its lane has its label below: above stands the lane's name. */
const NEAR_TOP = 14;

interface Given {
  readonly chain: Chain;
  readonly kind: FlowState["kind"];
  readonly scale: FlowState["scale"];
  /** The id whose way stands out. */
  readonly picked: Picked;
  /** The mouse points at an id, or at none any more. */
  readonly onHover: (hovered: Picked | null) => void;
  readonly onPick: (picked: Picked) => void;
}

/** The chain as columns of ids with ribbons between them; the way of one id stands out. */
export function Drawing({ chain, kind, scale, picked, onHover, onPick }: Given) {
  const [box, width] = useWidth<HTMLDivElement>(900);
  const pieces = useMemo(() => piecesOf(chain), [chain]);
  const columns = useMemo(
    () =>
      chain.columns.map((_, index) => {
        const ends = (pieces[index - 1] ?? []).map(({ to }) => to);
        const begins = (pieces[index] ?? []).map(({ from }) => from);
        return lanesOf([...ends, ...begins], scale, HEAD, HEAD + SPACE);
      }),
    [chain, pieces, scale],
  );
  const step = (width - 2 * SIDE) / Math.max(1, chain.columns.length - 1);
  const xOf = (column: number) => SIDE + column * step;
  const way = wayOf(chain, kind, picked);

  const placeOf = (column: number, stop: Stop) => {
    if (!stop) return { x: xOf(column), y: HEAD + SPACE + FOOT / 2, isTop: false };
    const lane = laneWith(columns[column], stop.placed.number);
    const y = lane.at(stop.placed.id + 0.5);
    return { x: xOf(column), y, isTop: y - lane.top < NEAR_TOP };
  };
  const pickAt = (event: MouseEvent): Picked | null => {
    const svg = event.currentTarget;
    if (!(svg instanceof SVGSVGElement)) return null;
    const { left, top } = svg.getBoundingClientRect();
    const column = Math.min(chain.columns.length - 1, Math.max(0, Math.round((event.clientX - left - SIDE) / step)));
    const y = event.clientY - top;
    const lane = columns[column]?.find((each) => y >= each.top && y <= each.bottom);
    return lane ? { column, id: lane.idAt(y), number: lane.number } : null;
  };

  return (
    <div ref={box} class="drawing">
      <svg
        width={width}
        height={HEAD + SPACE + FOOT}
        onPointerMove={(event) => onHover(event.pointerType === "mouse" ? pickAt(event) : null)}
        onPointerLeave={() => onHover(null)}
        onPointerUp={(event) => {
          const at = pickAt(event);
          if (at) onPick(at);
        }}
      >
        <title>Spaces of ids as columns, and the lines of the maps between them</title>
        <Patterns />
        {pieces.map((band, index) => (
          <g
            key={chain.columns[index]?.title ?? index}
            role="listbox"
            aria-label={`Lines below ${chain.columns[index]?.title ?? ""}`}
          >
            {band.map((piece, place) => (
              <Ribbon
                key={`${piece.from.number} ${piece.from.first}`}
                piece={piece}
                left={{ x: xOf(index), lane: laneWith(columns[index], piece.from.number) }}
                right={{ x: xOf(index + 1), lane: laneWith(columns[index + 1], piece.to.number) }}
                isLit={isMet(way.stops[index], piece.from) && isMet(way.stops[index + 1], piece.to)}
                isStop={place === 0}
                onPick={() => onPick({ column: index, id: piece.from.first, number: piece.from.number })}
              />
            ))}
          </g>
        ))}
        {chain.columns.map((column, index) => (
          <ColumnMark
            key={`${index} ${column.title}`}
            column={column}
            x={xOf(index)}
            width={step}
            lanes={columns[index] ?? []}
            place={index === 0 ? "first" : index === chain.columns.length - 1 ? "last" : "inner"}
          />
        ))}
        <WayMark
          stops={way.stops}
          picked={picked}
          letters={chain.columns.map(({ letter }) => letter)}
          place={placeOf}
        />
      </svg>
    </div>
  );
}

const NOWHERE: Lane = { number: 0, top: HEAD, bottom: HEAD, intervals: [], at: () => HEAD, idAt: () => 0 };

function laneWith(lanes: readonly Lane[] | undefined, number: number): Lane {
  return lanes?.find((lane) => lane.number === number) ?? NOWHERE;
}

function isMet(stop: Stop | undefined, range: { first: number; count: number; number: number }): boolean {
  if (!stop || stop.placed.number !== range.number) return false;
  const { id } = stop.placed;
  return id >= range.first && id - range.first < range.count;
}
