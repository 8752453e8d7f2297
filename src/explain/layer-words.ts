import type { ShiftReport, TarOwners } from "../shift/index.ts";

/** What is known of an archive, whether it was scanned or shifted. */
export type ArchiveFindings = Pick<TarOwners, "acls" | "end" | "afterEnd">;

/** A count, and the words for it; said only where it is not 0. */
interface Note<T> {
  readonly count: (found: T) => number;
  readonly say: (count: number, found: T) => string;
}

const of = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** What whoever shifts a layer should know of what was done. */
const SHIFT_NOTES: readonly Note<ShiftReport>[] = [
  {
    count: (report) => report.recordsAdded,
    say: (count) => `${of(count, "entry", "entries")} got a pax record: an owner is too large for its field`,
  },
  {
    count: (report) => report.fieldsWidened,
    say: (count) => `${of(count, "owner", "owners")} became base 256: too large for octal`,
  },
  {
    count: (report) => report.capabilitiesChanged,
    say: (count) => `${of(count, "file capability", "file capabilities")} now bound to another root`,
  },
];

/** What is out of reach in an archive, or odd at its end. */
const ARCHIVE_NOTES: readonly Note<ArchiveFindings>[] = [
  {
    count: ({ acls }) => acls.namesWithoutId,
    say: (count) => `${of(count, "ACL entry", "ACL entries")} with a name and no id: not translated`,
  },
  {
    count: ({ acls }) => acls.untranslated.count,
    say: (count, { acls }) =>
      `${of(count, "ACL", "ACLs")} of Solaris' or NFSv4's kind, not translated; the first: ${acls.untranslated.example ?? ""}`,
  },
  {
    count: ({ end }) => (end === "missing" ? 1 : 0),
    say: () => "the archive ends without its two blocks of zeros: it may have been cut off",
  },
  {
    count: ({ end }) => (end === "half" ? 1 : 0),
    say: () => "the archive ends with one block of zeros, not two",
  },
  {
    count: ({ afterEnd }) => (afterEnd.hasData ? afterEnd.bytes : 0),
    say: (count) => `${of(count, "byte", "bytes")} behind the archive's end: not looked at, and not shifted`,
  },
];

/**
 * What whoever shifted a layer should know of what was done, a sentence each.
 *
 * A path in one is as the archive has it: whoever shows it keeps its control characters from doing anything.
 */
export function shiftedWords(report: ShiftReport): readonly string[] {
  return [...wordsOf(SHIFT_NOTES, report), ...archiveWords(report)];
}

/** What is out of reach in an archive, or odd at its end; as {@link shiftedWords}. */
export function archiveWords(found: ArchiveFindings): readonly string[] {
  return wordsOf(ARCHIVE_NOTES, found);
}

function wordsOf<T>(notes: readonly Note<T>[], found: T): readonly string[] {
  return notes.flatMap(({ count, say }) => (count(found) > 0 ? [say(count(found), found)] : []));
}
