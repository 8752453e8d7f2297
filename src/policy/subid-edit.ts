import type { Range } from "../core/index.ts";
import { type SubidEntry, type SubidFile, subidLine } from "../formats/index.ts";

/** Add a line at the end. What is there stays as it is. */
export function addSubid(file: SubidFile, entry: SubidEntry): SubidFile {
  return { ...file, lines: [...file.lines, subidLine(entry)], endsInNewline: true };
}

/**
 * Take a range away from the lines of an owner: a line that lies inside it goes, one that it cuts is made shorter, and
 * one with the range in its middle falls in two. Comments, bad lines and other owners' lines stay where they are.
 *
 * @param owner  as it is written in the file
 */
export function removeSubid(file: SubidFile, owner: string, range: Range): SubidFile {
  const from = BigInt(range.first);
  const to = from + BigInt(range.count);
  const lines = file.lines.flatMap((line) => {
    const { entry } = line;
    if (entry === null || entry.owner !== owner) return [line];
    const end = entry.first + entry.count;
    if (to <= entry.first || end <= from) return [line];
    const pieces: SubidEntry[] = [];
    if (entry.first < from) pieces.push({ owner, first: entry.first, count: from - entry.first });
    if (to < end) pieces.push({ owner, first: to, count: end - to });
    return pieces.map((piece) => ({ ...subidLine(piece), line: line.line }));
  });
  return { ...file, lines };
}

/** Take away every line of an owner. */
export function removeOwner(file: SubidFile, owner: string): SubidFile {
  return { ...file, lines: file.lines.filter(({ entry }) => entry?.owner !== owner) };
}
