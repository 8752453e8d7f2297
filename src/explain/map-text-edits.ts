import { adjoins, type Extent, lowerOf, MAX_ID, MAX_MAP_LINES } from "../core/index.ts";
import { type OwnerKind, PAGE_SIZE } from "../kernel/index.ts";
import type { Refusal } from "./map-asked.ts";
import {
  type Draft,
  type DraftLine,
  extentOf,
  idsIn,
  lineText,
  refusedLine,
  replaceLine,
  withLines,
} from "./map-draft.ts";
import { linesOfNumbers, rawExtentOf } from "./map-numbers.ts";

/** Write the numbers that a person meant as the kernel wants them; or leave the line out. */
export function rewriteLine(draft: Draft, kind: OwnerKind, refusal: Refusal): readonly Draft[] {
  const { lines, at, line } = refusedLine(draft, kind, refusal);
  if (!line) return [];
  const meant = linesOfNumbers(line.text).map((text) => ({ origin: line.origin, text }));
  const left = withLines(draft, kind, lines.toSpliced(at, 1), { ids: line.text.trim() === "" ? 0 : 1 });
  return [...(meant.length > 0 ? [withLines(draft, kind, lines.toSpliced(at, 1, ...meant), {})] : []), left];
}

/** Take away what wraps or is no id; a count of 0 becomes nothing, or 1. */
export function shrinkLine(draft: Draft, kind: OwnerKind, refusal: Refusal): readonly Draft[] {
  const { lines, at, line } = refusedLine(draft, kind, refusal);
  const extent = line && rawExtentOf(line.text);
  if (!extent) return [];
  const leftOut = withLines(draft, kind, lines.toSpliced(at, 1), { ids: extent.count });
  const room = MAX_ID - Math.max(extent.first, extent.lowerFirst) + 1;
  if (room <= 0) return [leftOut];
  if (extent.count === 0) return [leftOut, replaceLine(draft, kind, at, [{ ...extent, count: 1 }], {})];
  return [replaceLine(draft, kind, at, [{ ...extent, count: room }], { ids: extent.count - room })];
}

/** Leave out blanks and empty lines, and make one line of two that continue each other. */
export function joinLines(draft: Draft, kind: OwnerKind): readonly Draft[] {
  const joined: { origin: number; extent: Extent | null; text: string }[] = [];
  for (const line of draft.lines[kind] ?? []) {
    const extent = extentOf(line);
    const top = joined.at(-1);
    if (extent && top?.extent && adjoins(top.extent, extent) && adjoins(lowerOf(top.extent), lowerOf(extent))) {
      top.extent = { ...top.extent, count: top.extent.count + extent.count };
      top.text = lineText(top.extent);
    } else if (line.text.trim() !== "")
      joined.push({ origin: line.origin, extent, text: extent ? lineText(extent) : line.text });
  }
  return [
    withLines(
      draft,
      kind,
      joined.map(({ origin, text }) => ({ origin, text })),
      {},
    ),
  ];
}

/** Keep as many lines from the first as one write may hold. */
export function dropLastLines(draft: Draft, kind: OwnerKind): readonly Draft[] {
  const lines = draft.lines[kind] ?? [];
  const kept: DraftLine[] = [];
  let bytes = 0;
  for (const line of lines) {
    bytes += line.text.length + 1;
    if (kept.length === MAX_MAP_LINES || bytes > PAGE_SIZE) break;
    kept.push(line);
  }
  return [withLines(draft, kind, kept, { ids: idsIn(lines) - idsIn(kept), edits: lines.length - kept.length })];
}
