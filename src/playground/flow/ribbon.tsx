import { lastOf } from "../../core/index.ts";
import type { Piece } from "./pieces.ts";
import { countWords, RibbonName, RibbonPath, type Side } from "./ribbon-shape.tsx";

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

/** A line of a map: its ids on the left, and what they become on the right. */
export function Ribbon({ piece, left, right, isLit, isStop, onPick }: Given) {
  const { from, to, lines, tint } = piece;
  const name = lines.length === 0 ? "initial namespace" : lines.join("; ");
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
      <RibbonPath from={from} to={to} left={left} right={right} />
      <RibbonName
        from={from}
        left={left}
        right={right}
        names={[`${name}: ${countWords(from.count)}`, lines.at(0)?.replace(/^.*, /, "") ?? ""]}
      />
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
