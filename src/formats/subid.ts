import { readUnsignedLong } from "./c-number.ts";
import { type KeptFile, type KeptLine, type LineReading, printKept, readKept } from "./kept-lines.ts";
import { isNisLine, NIS_FAULT } from "./nis-line.ts";

/** What a line of /etc/subuid or /etc/subgid grants. The numbers are as wide as the file may hold them: 64 bits. */
export interface SubidEntry {
  /** A login name, or a user id in decimal digits; a number for /etc/subgid too. */
  readonly owner: string;
  readonly first: bigint;
  readonly count: bigint;
}

/** /etc/subuid or /etc/subgid, with comments, order and lines that cannot be read. */
export type SubidFile = KeptFile<SubidEntry>;
export type SubidLine = KeptLine<SubidEntry>;

/** The tools pass over a line of this many bytes or more. */
const TOO_LONG = 1024;

/**
 * Read /etc/subuid or /etc/subgid: `owner:first:count` a line. Nothing is dropped and nothing thrown: a line that the
 * tools pass over has a {@link KeptLine.fault}.
 *
 * Numbers are taken as the tools take them (`0x10`, `010`, `-1`); what follows a third colon is passed over. A line that
 * begins with `#` is a comment; what the tools make of it is told by {@link readLineAsTools}. One that begins with `+` or
 * `-` is nothing to shadow's tools, though others (Podman and Docker without libsubid) would take it.
 *
 * @param where    the name of the file, for messages
 * @source         subuid(5), subgid(5); vectors/linux-6.18/7_newidmap.json (tag file); asked of Debian's uidmap 4.13
 * @example        parseSubid("ben:100000:65536\n").lines[0]?.entry // { owner: "ben", first: 100000n, count: 65536n }
 */
export function parseSubid(text: string, where = "/etc/subuid"): SubidFile {
  return readKept(text, where, readSubidLine);
}

/** One line of such a file; what follows a third colon is not looked at. */
export function readSubidLine(text: string): LineReading<SubidEntry> {
  return text.startsWith("#") || text.trim() === "" ? { entry: null, fault: null } : readLineAsTools(text);
}

/**
 * One line as shadow's tools read it. They know no comments: `#ben:100000:65536` belongs to an owner `#ben`.
 *
 * @source  asked of Debian's getsubids and useradd 4.13; vectors/uidmap-4.13/asked.json
 * @example readLineAsTools("#ben:5:2").entry // { owner: "#ben", first: 5n, count: 2n }
 */
export function readLineAsTools(text: string): LineReading<SubidEntry> {
  const bad = (fault: string): LineReading<SubidEntry> => ({ entry: null, fault });
  if (isNisLine(text)) return bad(NIS_FAULT);
  if (text.includes("\0")) return bad("a NUL byte");
  if (new TextEncoder().encode(text).length >= TOO_LONG) return bad(`${TOO_LONG} bytes or more`);
  const [owner = "", first, count] = text.split(":");
  if (first === undefined || count === undefined) return bad("fewer than three fields; expected owner:first:count");
  if (owner === "") return bad("no owner");
  const firstId = readUnsignedLong(first);
  if (firstId === null) return bad(`the first id is no number: ${JSON.stringify(first)}`);
  const howMany = readUnsignedLong(count);
  if (howMany === null) return bad(`the count is no number: ${JSON.stringify(count)}`);
  return { entry: { owner, first: firstId, count: howMany }, fault: null };
}

/** The text of a subid file. @example printSubid(parseSubid("# mine\nben:0x10:1\n")) // "# mine\nben:0x10:1\n" */
export function printSubid(file: SubidFile): string {
  return printKept(file);
}

/** A line to add to a file. @example subidLine({ owner: "ben", first: 5n, count: 2n }).text // "ben:5:2" */
export function subidLine(entry: SubidEntry): SubidLine {
  return { text: `${entry.owner}:${entry.first}:${entry.count}`, line: null, entry, fault: null };
}
