import { type ArchiveFindings, archiveWords, shiftedWords } from "../explain/index.ts";
import type { ShiftReport, Unmapped } from "../shift/index.ts";
import { shortTable } from "./owner-table.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

/** The notes on an archive that was scanned. */
export function archiveNotes(found: ArchiveFindings): string[] {
  return archiveWords(found).map(noteLine);
}

/** The lines that a person is told when a layer is shifted. */
export function shiftNotes(report: ShiftReport, rule: Unmapped, terminal: Terminal): string[] {
  const lines = [`${report.headersShifted} of ${report.entries} entries shifted`];
  if (report.unmapped.length > 0) {
    const what = rule.mode === "squash" ? `squashed to ${rule.uid}:${rule.gid}` : "kept as they are";
    lines.push(`ids that the map does not hold, ${what}:`);
    lines.push(...shortTable(report.unmapped, report.unlisted, { ...terminal, colors: terminal.talkColors }));
  }
  return [...lines, ...shiftedWords(report).map(noteLine)];
}

function noteLine(words: string): string {
  return `note: ${withoutControls(words)}`;
}
