import type { ShiftReport, TarOwners, Unmapped } from "../shift/index.ts";
import { shortTable } from "./owner-table.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

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
      `${of(count, "ACL", "ACLs")} of Solaris' or NFSv4's kind, not translated; the first: ${withoutControls(acls.untranslated.example ?? "")}`,
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

function notesOf<T>(notes: readonly Note<T>[], found: T): string[] {
  return notes.flatMap(({ count, say }) => (count(found) > 0 ? [`note: ${say(count(found), found)}`] : []));
}

/** The notes on an archive that was scanned. */
export function archiveNotes(found: ArchiveFindings): string[] {
  return notesOf(ARCHIVE_NOTES, found);
}

/** The lines that a person is told when a layer is shifted. */
export function shiftNotes(report: ShiftReport, rule: Unmapped, terminal: Terminal): string[] {
  const lines = [`${report.headersShifted} of ${report.entries} entries shifted`];
  if (report.unmapped.length > 0) {
    const what = rule.mode === "squash" ? `squashed to ${rule.uid}:${rule.gid}` : "kept as they are";
    lines.push(`ids that the map does not hold, ${what}:`);
    lines.push(...shortTable(report.unmapped, report.unlisted, { ...terminal, colors: terminal.talkColors }));
  }
  return [...lines, ...notesOf(SHIFT_NOTES, report), ...archiveNotes(report)];
}
