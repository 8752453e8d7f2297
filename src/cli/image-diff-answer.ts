import type { ChangeGroup, ComparedTask, Image, ImpossibleTask, PathChange, PrivilegeChange } from "../image/index.ts";

/** The `--json` of `userns image diff`. */
export interface ImageDiffAnswer {
  readonly a: ComparedImage;
  readonly b: ComparedImage;
  readonly tasks: readonly ComparedTask[];
  /** Tasks that were not asked for, because a side does not map an id of theirs. */
  readonly impossible: readonly ImpossibleTask[];
  /** How many paths somebody gains or loses access to. */
  readonly count: number;
  readonly groups: readonly ChangeGroup[];
  /** Paths of further groups, beyond the number that is kept. */
  readonly unlisted: number;
  /** Set-id programs and programs with file capabilities that are new, gone or another's. */
  readonly programs: { readonly count: number; readonly programs: readonly PrivilegeChange[] };
  readonly paths: Iterable<PathChange>;
}

/** One side of the comparison. */
export interface ComparedImage {
  readonly image: string;
  readonly form: Image["form"];
  /** Its platform, or its name in an archive. */
  readonly name: string;
}
