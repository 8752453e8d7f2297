import { type Extent, fits } from "../core/index.ts";
import { FSID_CHECKS } from "./fsid-checks.ts";
import { throughPlan } from "./fsid-plan.ts";
import { offsetOf } from "./image-offset.ts";
import { FSID_TOOL, fsidUsage, type ProcPlace, readProcPlace, readShift, shiftExtent } from "./new-fsid-map-request.ts";
import { type FsidRefusal, type NewFsidMapRun, refuseFsidMap } from "./new-fsid-map-run.ts";
import { overflowText, readLines } from "./new-id-map-request.ts";

/** The arguments of a run, as far as they can be read by themselves. */
export interface FsidRequest {
  readonly place: ProcPlace;
  readonly extents: readonly Extent[];
}

/** Read the arguments: the first three checks. */
export function readFsidArguments(run: NewFsidMapRun): FsidRequest | FsidRefusal {
  const { kind, target, args } = run;
  const place = target === undefined ? null : readProcPlace(target);
  const usage = { rule: FSID_CHECKS.newFsidMapUse, stderr: fsidUsage(kind) };
  const shift = run.shift === null ? null : readShift(run.shift);
  const isBadShift = run.shift !== null && (shift === null || args.length > 0);
  if (place === null || isBadShift) return usage;
  const read = readLines(args);
  if (!read.ok && read.why === "count") {
    const words = `ranges: ${read.lineCount} is wrong for argc: ${args.length}`;
    const { stderr, rule } = refuseFsidMap(run, FSID_CHECKS.newFsidMapTriples, words);
    return { rule, stderr: stderr + usage.stderr };
  }
  if (!read.ok && read.why === "number") return usage;
  const isTooFar = shift?.type === "base" && !fits(shift.range);
  if (!read.ok || isTooFar || read.extents.some(({ count }) => count === 0))
    return { rule: FSID_CHECKS.newFsidMapNumbers, stderr: overflowText(FSID_TOOL[kind]) };
  return { place, extents: read.extents };
}

export type LinesAsked =
  /** isMirror: nothing is asked for, the kernel mirrors the id map. */
  | { readonly ok: true; readonly extents: readonly Extent[]; readonly isMirror: boolean }
  | { readonly ok: false; readonly refusal: FsidRefusal };

/** The lines that a request comes to: its own, those of a shift, or those of an image; none for the id map's own. */
export function linesAsked(run: NewFsidMapRun, given: readonly Extent[]): LinesAsked {
  const ofImage = (extents: readonly Extent[]): LinesAsked => ({
    ok: true,
    extents: throughPlan(run, extents),
    isMirror: false,
  });
  if (given.length > 0) return { ok: true, extents: given, isMirror: false };
  const { image, staticShift } = run;
  const shift = run.shift === null ? null : readShift(run.shift);
  if (shift?.type === "base") return ofImage([shiftExtent(shift.range)]);
  if (shift?.type === "static") return ofImage([shiftExtent({ first: staticShift.base, count: staticShift.count })]);
  if (shift?.type === "own" || image === null) return { ok: true, extents: [], isMirror: true };
  const offset = offsetOf(image, run.kind, staticShift);
  if (offset.ok) return ofImage(offset.extents);
  return { ok: false, refusal: { ...refuseFsidMap(run, offset.rule, offset.message), manifestFault: offset.fault } };
}
