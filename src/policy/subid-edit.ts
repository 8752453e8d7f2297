import { type SubidEntry, type SubidFile, type SubidLine, subidLine } from "../formats/index.ts";
import { grantsOf, grantsThatHold } from "./subid-grant.ts";

/** Add a line at the end. What is there stays as it is. */
export function addSubid(file: SubidFile, entry: SubidEntry): SubidFile {
  return { ...file, lines: [...file.lines, subidLine(entry)], endsInNewline: true };
}

/**
 * Give an owner a range, as `usermod -v` does: a line at the end, unless the owner's lines together hold all of it.
 *
 * @param entry  the owner as it is written in the file
 * @source usermod of shadow 4.13, recorded: tests/policy/usermod-runs.ts
 */
export function giveSubid(file: SubidFile, entry: SubidEntry): SubidFile {
  const own = grantsOf(file).filter((grant) => grant.entry.owner === entry.owner);
  return grantsThatHold(own, entry) === null ? addSubid(file, entry) : file;
}

/**
 * Take a range away from the lines of its owner, as `usermod -V` does: a line that lies inside it goes, one that it cuts
 * is made shorter, and of one with the range in its middle the upper rest goes to the end of the file. Comments, bad
 * lines and other owners' lines stay where they are.
 *
 * @param taken  the owner as it is written in the file
 * @source usermod of shadow 4.13, recorded: tests/policy/usermod-runs.ts
 */
export function takeSubid(file: SubidFile, { owner, first, count }: SubidEntry): SubidFile {
  const beyond = first + count;
  const rests: SubidEntry[] = [];
  const lines = file.lines.flatMap((line): readonly SubidLine[] => {
    const { entry } = line;
    if (entry?.owner !== owner) return [line];
    const end = entry.first + entry.count;
    if (beyond <= entry.first || end <= first) return [line];
    const below = entry.first < first ? { owner, first: entry.first, count: first - entry.first } : null;
    const above = beyond < end ? { owner, first: beyond, count: end - beyond } : null;
    if (below && above) rests.push(above);
    const rest = below ?? above;
    return rest ? [{ ...subidLine(rest), line: line.line }] : [];
  });
  return rests.reduce(addSubid, { ...file, lines });
}

/** Take away every line of an owner. */
export function removeOwner(file: SubidFile, owner: string): SubidFile {
  return { ...file, lines: file.lines.filter(({ entry }) => entry?.owner !== owner) };
}
