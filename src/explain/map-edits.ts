import type { OwnerKind } from "../kernel/index.ts";
import type { Refusal } from "./map-asked.ts";
import type { Draft } from "./map-draft.ts";
import { cutLine, moveLine } from "./map-overlap-edits.ts";
import { dropLastLines, joinLines, rewriteLine, shrinkLine } from "./map-text-edits.ts";
import {
  denySetgroups,
  gainSetfcap,
  gainSetid,
  keepWhatParentHolds,
  leaveRootOut,
  moveToWhatParentHolds,
  ownIdAlone,
} from "./map-writer-edits.ts";

/**
 * Changes that may help against a refusal. They are proposals only: which of them Linux takes is asked of the model, so
 * an edit may be wrong but never makes a wrong answer.
 */
export type Edit = (draft: Draft, kind: OwnerKind, refusal: Refusal) => readonly Draft[];

/** What to try against each rule, by its name. A rule without a row has no remedy in the map or the writer. */
export const EDITS: { readonly [rule: string]: readonly Edit[] } = {
  threeNumbers: [rewriteLine, ownIdAlone],
  nothingAfterCount: [rewriteLine],
  realIds: [shrinkLine, ownIdAlone],
  countFits: [shrinkLine, ownIdAlone],
  noOverlap: [moveLine, cutLine],
  lineLimit: [joinLines, dropLastLines],
  mapOnePage: [joinLines, dropLastLines],
  mapRootNeedsSetfcap: [ownIdAlone, leaveRootOut, gainSetfcap],
  mapSetidCap: [denySetgroups, ownIdAlone, gainSetid],
  mapParentCovers: [keepWhatParentHolds, moveToWhatParentHolds],
};
