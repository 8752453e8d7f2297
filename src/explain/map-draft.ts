import { type Extent, showExtent } from "../core/index.ts";
import { beforeNul, type OwnerKind, parseMapText } from "../kernel/index.ts";
import type { Refusal } from "./map-asked.ts";
import { rawExtentOf } from "./map-numbers.ts";
import type { MapQuestion } from "./map-question.ts";

/** A line of a map that is being changed, and the line of the first text that it comes from. */
export interface DraftLine {
  /** Counted from 1. */
  readonly origin: number;
  readonly text: string;
}

/**
 * What a change takes away or asks for, the worst first: ids that are no longer mapped, capabilities that the writer
 * needs and has not, and places that are edited.
 */
export interface Cost {
  readonly ids: number;
  readonly caps: number;
  readonly edits: number;
}

export const FREE: Cost = { ids: 0, caps: 0, edits: 0 };

export function addCosts(a: Cost, b: Partial<Cost>): Cost {
  return { ids: a.ids + (b.ids ?? 0), caps: a.caps + (b.caps ?? 0), edits: a.edits + (b.edits ?? 0) };
}

/** Below 0 when `a` is the smaller change. */
export function compareCosts(a: Cost, b: Cost): number {
  return a.ids - b.ids || a.caps - b.caps || a.edits - b.edits;
}

/** A question on its way to one that Linux says yes to. */
export interface Draft {
  readonly question: Omit<MapQuestion, "texts">;
  readonly lines: { readonly [K in OwnerKind]?: readonly DraftLine[] };
  readonly cost: Cost;
}

export function draftOf({ texts, ...question }: MapQuestion): Draft {
  const lines: { [K in OwnerKind]?: readonly DraftLine[] } = {};
  for (const kind of ["uid", "gid"] as const) {
    const text = texts[kind];
    if (text !== undefined) lines[kind] = linesOfText(text);
  }
  return { question, lines, cost: FREE };
}

/** The lines that the kernel would read, the empty one behind a last newline left out. */
export function linesOfText(text: string): readonly DraftLine[] {
  const lines = beforeNul(text).split("\n");
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines.map((line, index) => ({ origin: index + 1, text: line }));
}

/** The question that a draft has become. */
export function questionOf({ question, lines }: Draft): MapQuestion {
  const texts: { [K in OwnerKind]?: string } = {};
  for (const kind of ["uid", "gid"] as const) {
    const drafted = lines[kind];
    if (drafted) texts[kind] = drafted.map(({ text }) => text).join("\n");
  }
  return { ...question, texts };
}

/** The draft with the lines of one kind replaced. */
export function withLines(draft: Draft, kind: OwnerKind, lines: readonly DraftLine[], cost: Partial<Cost>): Draft {
  return { ...draft, lines: { ...draft.lines, [kind]: lines }, cost: addCosts(draft.cost, { edits: 1, ...cost }) };
}

/** The draft with line `at` (from 0) of one kind replaced by extents, in order. */
export function replaceLine(
  draft: Draft,
  kind: OwnerKind,
  at: number,
  extents: readonly Extent[],
  cost: Partial<Cost>,
): Draft {
  const lines = draft.lines[kind] ?? [];
  const origin = lines[at]?.origin ?? 1;
  const pieces = extents.map((extent) => ({ origin, text: lineText(extent) }));
  return withLines(draft, kind, lines.toSpliced(at, 1, ...pieces), cost);
}

/** An extent as a line of a map. */
export function lineText(extent: Extent): string {
  return showExtent(extent).replaceAll(":", " ");
}

/** The extent of a line that the kernel takes by itself, or null. */
export function extentOf(line: DraftLine | undefined): Extent | null {
  const parsed = parseMapText(line?.text ?? "");
  return parsed.ok ? (parsed.value[0] ?? null) : null;
}

/** How many ids the lines are meant to hold, as far as their numbers can be read. */
export function idsIn(lines: readonly DraftLine[]): number {
  return lines.reduce((sum, line) => sum + ((extentOf(line) ?? rawExtentOf(line.text))?.count ?? 0), 0);
}

/** The refused line: its place from 0, and its extent where it can be read. */
export function refusedLine(draft: Draft, kind: OwnerKind, { line }: Refusal) {
  const lines = draft.lines[kind] ?? [];
  const at = (line ?? 1) - 1;
  return { lines, at, line: lines[at], extent: extentOf(lines[at]) };
}

/** The extents with their inside ids in one unbroken run. */
export function closedUp(first: number, extents: readonly Extent[]): readonly Extent[] {
  let next = first;
  return extents.map((extent) => {
    const closed = { ...extent, first: next };
    next += extent.count;
    return closed;
  });
}

export function lostBetween(extent: Extent, pieces: readonly Extent[]): number {
  return extent.count - pieces.reduce((sum, piece) => sum + piece.count, 0);
}
