import type { ShiftReport, Unmapped } from "../shift/index.ts";
import { ownerTable } from "./owner-table.ts";
import type { Terminal } from "./terminal.ts";

interface Note {
  readonly count: (report: ShiftReport) => number;
  readonly say: (count: number) => string;
}

/** What whoever shifts a layer should know of it; said only where it is so. */
const NOTES: readonly Note[] = [
  {
    count: (report) => report.recordsAdded,
    say: (count) => `${count} entries got a pax record: an owner is too large for its field`,
  },
  {
    count: (report) => report.fieldsWidened,
    say: (count) => `${count} owners became base 256: they are too large for octal`,
  },
  {
    count: (report) => report.capabilitiesChanged,
    say: (count) => `${count} file capabilities are bound to another root`,
  },
  {
    count: (report) => report.acls.namesWithoutId,
    say: (count) => `${count} ACL entries name a user or group without its id, and stay as they are`,
  },
  {
    count: (report) => (report.end === "missing" ? 1 : 0),
    say: () => "the archive ends without its two blocks of zeros",
  },
  {
    count: (report) => (report.end === "half" ? 1 : 0),
    say: () => "the archive ends with one block of zeros, not two",
  },
  {
    count: (report) => (report.afterEnd.hasData ? report.afterEnd.bytes : 0),
    say: (count) => `${count} bytes behind the end of the archive went through as they are`,
  },
];

/** The lines that a person is told when a layer is shifted. */
export function shiftNotes(report: ShiftReport, rule: Unmapped, terminal: Terminal): string[] {
  const lines = [`${report.headersShifted} of ${report.entries} entries shifted`];
  if (report.unmapped.length > 0) {
    const what = rule.mode === "squash" ? `squashed to ${rule.uid}:${rule.gid}` : "kept as they are";
    lines.push(`ids that the map does not hold, ${what}:`);
    lines.push(...ownerTable(report.unmapped, { ...terminal, colors: terminal.talkColors }));
  }
  if (report.unlisted > 0) lines.push(`  and further ids, met ${report.unlisted} times, that are too many to keep`);
  for (const { count, say } of NOTES) if (count(report) > 0) lines.push(`note: ${say(count(report))}`);
  return lines;
}
