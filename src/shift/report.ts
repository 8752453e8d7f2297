import type { IdTally } from "./tally.ts";
import type { AfterEnd, TarEnd } from "./tar-end.ts";

/** ACLs of kinds that are passed on as they are (Solaris' own headers, NFSv4 attributes), and where the first one is. */
export interface Untranslated {
  readonly count: number;
  /** The path of its entry; null when there is none. */
  readonly example: string | null;
}

/** What is counted in an archive besides its ids. */
export interface TarCounts {
  /** Values of `security.capability`: without a root id (revisions 1 and 2), and with one (revision 3). */
  readonly capabilities: { readonly withoutRoot: number; readonly withRoot: number };
  /** POSIX ACLs; the named entries in their text that have no id and so cannot be translated: they stay. */
  readonly acls: { readonly values: number; readonly namesWithoutId: number; readonly untranslated: Untranslated };
}

/** What shifting an archive did. Whole once the stream has ended. */
export interface ShiftReport extends TarCounts {
  readonly entries: number;
  /** Headers whose two owners are the map's now. The others have no owner, or one that was squashed, kept or refused. */
  readonly headersShifted: number;
  /** Entries that got a pax record because their owner no longer fits the header. */
  readonly recordsAdded: number;
  /** Owner fields that became binary (base 256) for the same reason, in GNU format. */
  readonly fieldsWidened: number;
  /** Capabilities that changed their revision. */
  readonly capabilitiesChanged: number;
  /** Ids that the map does not hold: squashed, kept or refused, as was asked. */
  readonly unmapped: readonly IdTally[];
  /** Times that further such ids were met, beyond the number that is kept. */
  readonly unlisted: number;
  /** Whether the two blocks of zeros at the end were there, one of them, or neither. */
  readonly end: TarEnd;
  /** Bytes behind them, passed through. Data there may be another archive, whose owners were not shifted. */
  readonly afterEnd: AfterEnd;
}

/** The counts as they are made. */
export interface Counting {
  headersShifted: number;
  recordsAdded: number;
  fieldsWidened: number;
  capabilitiesChanged: number;
  readonly capabilities: { withoutRoot: number; withRoot: number };
  readonly acls: { values: number; namesWithoutId: number; untranslated: Untranslated };
}

/** Count an ACL that stays as it is. */
export function countUntranslated({ acls }: Counting, path: () => string): void {
  const { count, example } = acls.untranslated;
  acls.untranslated = { count: count + 1, example: example ?? path() };
}

export function newCounting(): Counting {
  return {
    headersShifted: 0,
    recordsAdded: 0,
    fieldsWidened: 0,
    capabilitiesChanged: 0,
    capabilities: { withoutRoot: 0, withRoot: 0 },
    acls: { values: 0, namesWithoutId: 0, untranslated: { count: 0, example: null } },
  };
}
