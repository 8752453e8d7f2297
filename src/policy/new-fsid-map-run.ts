import type { Extent } from "../core/index.ts";
import type { ManifestFault } from "../formats/index.ts";
import type { Rule } from "../kernel/index.ts";
import type { FsMapFinding } from "./fs-map-findings.ts";
import type { FsidLineGround } from "./fsid-authority.ts";
import type { FsidPlan } from "./fsid-plan.ts";
import type { FsidMapFile, FsidTarget, FsidWriter, KernelRefusal } from "./fsid-target.ts";
import type { ImageFacts } from "./image-offset.ts";
import { FSID_TOOL, type ProcPlace, type StaticShift } from "./new-fsid-map-request.ts";
import type { MappedKind } from "./new-id-map-request.ts";
import type { ToolCaller } from "./target-owner.ts";
import type { ToolAnswer } from "./tool-answer.ts";

/** What is run: the tool of a kind, its arguments, and how to find what they name. */
export interface NewFsidMapRun extends FsidPlan {
  readonly kind: MappedKind;
  readonly caller: ToolCaller;
  /** `4242` or `fd:3`; undefined when there is none. */
  readonly target: string | undefined;
  /** The value of `--shift`; null when there is none. */
  readonly shift: string | null;
  /** The image that `--image` names; null when there is none. */
  readonly image: ImageFacts | null;
  /** Three a line. */
  readonly args: readonly string[];
  /** Is an owner without an fs id an error? */
  readonly isStrict: boolean;
  readonly staticShift: StaticShift;
  /** The process, or null. */
  readonly find: (place: ProcPlace) => FsidTarget | null;
  /** The image that a grant names, or null. */
  readonly findImage: (path: string) => ImageFacts | null;
  /** How its map files are written. {@link dryWriter} writes nothing, and refuses what a kernel would. */
  readonly write: FsidWriter;
}

/** What the tool says, why, and what it wrote. */
export interface NewFsidMapAnswer extends ToolAnswer {
  readonly rule: Rule;
  /** Which of the checks refused; null when none did. */
  readonly check: number | null;
  /** The lines that were asked for; none when the kernel shall mirror the id map, or when it did not come to that. */
  readonly map: readonly Extent[];
  /** What was written, in order; none when a check refused, or when there is nothing to write. */
  readonly written: readonly { readonly file: FsidMapFile; readonly text: string }[];
  /** The lines up to the first that no file grants. */
  readonly grounds: readonly FsidLineGround[];
  /** The line that a check refused, where it was one. */
  readonly refused: Extent | null;
  /** What is wrong with the manifest, where that decided. */
  readonly manifestFault: ManifestFault | null;
  /** Owners that the image uses and nothing maps. */
  readonly unmapped: readonly number[];
  /** The lines of an idmapped mount that does the same; none where nothing is shifted, null where they are no map. */
  readonly mount: readonly Extent[] | null;
  /** Accounts of the host, but for the caller's own, whose files the lines would give away. */
  readonly findings: readonly FsMapFinding[];
  /** What the kernel refused; null where it was not asked, or took the map. */
  readonly kernel: KernelRefusal | null;
}

/** A check that said no, and what it said it about. */
export type FsidRefusal = Pick<NewFsidMapAnswer, "rule" | "stderr"> &
  Partial<Pick<NewFsidMapAnswer, "refused" | "manifestFault" | "kernel">>;

/** A refusal in the tool's words: `newfsuidmap: WORDS`. */
export function refuseFsidMap({ kind }: NewFsidMapRun, rule: Rule, words: string): FsidRefusal {
  return { rule, stderr: `${FSID_TOOL[kind]}: ${words}\n` };
}
