import { cutOut, flip, idSet, lowerOf, overlapOf, sortedByFirst, subtract, zip } from "../core/index.ts";
import { type Capability, type OwnerKind, SETID_CAP } from "../kernel/index.ts";
import type { Refusal } from "./map-asked.ts";
import {
  addCosts,
  closedUp,
  type Draft,
  extentOf,
  idsIn,
  lineText,
  lostBetween,
  refusedLine,
  replaceLine,
  withLines,
} from "./map-draft.ts";

/** The writer's own id and no other, which needs no capability. */
export function ownIdAlone(draft: Draft, kind: OwnerKind): readonly Draft[] {
  const lines = draft.lines[kind] ?? [];
  const held = idsIn(lines);
  const first = extentOf(lines[0])?.first ?? 0;
  const own = { first, lowerFirst: draft.question.writer[kind], count: 1 };
  const cost = { ids: Math.max(0, held - 1), edits: Math.max(1, lines.length) };
  return [withLines(draft, kind, [{ origin: 1, text: lineText(own) }], cost)];
}

/** Do not map the parent's user id 0. */
export function leaveRootOut(draft: Draft, kind: OwnerKind, refusal: Refusal): readonly Draft[] {
  const { at, extent } = refusedLine(draft, kind, refusal);
  if (!extent) return [];
  const rest = cutOut(flip(extent), { first: 0, count: 1 }).map(flip);
  return [replaceLine(draft, kind, at, closedUp(extent.first, rest), { ids: 1 })];
}

export function denySetgroups(draft: Draft, kind: OwnerKind): readonly Draft[] {
  if (kind !== "gid" || draft.question.setgroups === "deny") return [];
  const cost = addCosts(draft.cost, { edits: 1 });
  return [{ ...draft, question: { ...draft.question, setgroups: "deny" }, cost }];
}

export function gainSetid(draft: Draft, kind: OwnerKind): readonly Draft[] {
  return gain({ ...draft, question: { ...draft.question, from: "parent" } }, SETID_CAP[kind]);
}

export function gainSetfcap(draft: Draft): readonly Draft[] {
  return gain(draft, "setfcap");
}

function gain(draft: Draft, name: Capability): readonly Draft[] {
  const { writer } = draft.question;
  const isHeld = writer.caps.includes(name);
  const caps = isHeld ? writer.caps : [...writer.caps, name];
  const cost = addCosts(draft.cost, { caps: isHeld ? 0 : 1, edits: 1 });
  return [{ ...draft, question: { ...draft.question, writer: { ...writer, caps } }, cost }];
}

/** The parts of the line that single lines of the parent hold. */
export function keepWhatParentHolds(draft: Draft, kind: OwnerKind, refusal: Refusal): readonly Draft[] {
  const { at, extent } = refusedLine(draft, kind, refusal);
  if (!extent) return [];
  const held = sortedByFirst(draft.question.parent?.[kind] ?? []).flatMap((line) => {
    const shared = overlapOf(lowerOf(extent), line);
    return shared ? [{ first: extent.first, lowerFirst: shared.first, count: shared.count }] : [];
  });
  const pieces = closedUp(extent.first, held);
  return [replaceLine(draft, kind, at, pieces, { ids: lostBetween(extent, pieces) })];
}

/** A line of which the parent holds nothing: the lowest ids that the parent has left, its root excepted. */
export function moveToWhatParentHolds(draft: Draft, kind: OwnerKind, refusal: Refusal): readonly Draft[] {
  const { lines, at, extent } = refusedLine(draft, kind, refusal);
  const parent = draft.question.parent?.[kind] ?? [];
  if (!extent || parent.some((line) => overlapOf(lowerOf(extent), line))) return [];
  const taken = lines.toSpliced(at, 1).flatMap((line) => extentOf(line) ?? []);
  const free = subtract(idSet(parent), idSet([{ first: 0, count: 1 }, ...taken.map(lowerOf)]));
  const pieces = zip([extent], free);
  return [replaceLine(draft, kind, at, pieces, { ids: lostBetween(extent, pieces) })];
}
