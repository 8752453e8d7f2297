import { type Extent, type Kind, NO_ID } from "../core/index.ts";
import { readInt, readUnsignedLong } from "../formats/index.ts";

/** The two tools, by the kind of id that they map. */
export type MappedKind = Exclude<Kind, "projid">;
export const TOOL = { uid: "newuidmap", gid: "newgidmap" } as const satisfies { readonly [K in MappedKind]: string };

/** Is the line the user's own id alone, which no subid file need grant? @source newuidmap(1) */
export function isOwnId(kind: MappedKind, user: { readonly [K in MappedKind]: number }, extent: Extent): boolean {
  return extent.count === 1 && extent.lowerFirst === user[kind];
}

const LIMIT = BigInt(NO_ID);

/** Three numbers a line, as a tool takes them, or why it takes them for none. */
export type LinesReading =
  | { readonly ok: true; readonly extents: readonly Extent[] }
  | { readonly ok: false; readonly why: "count"; readonly lineCount: number }
  | { readonly ok: false; readonly why: "number" }
  | { readonly ok: false; readonly why: "overflow" };

/** The lines of a map that the tool is asked for, or the text it refuses them with. */
export type RequestReading =
  | { readonly ok: true; readonly extents: readonly Extent[] }
  | { readonly ok: false; readonly why: "count" | "number" | "overflow"; readonly stderr: string };

/** The usage text of a tool. */
export function usageOf(kind: MappedKind): string {
  const line = `<${kind}> <lower${kind}> <count>`;
  return `usage: ${TOOL[kind]} <pid> ${line} [ ${line} ] ... \n`;
}

/** The process id that the tool is given: printed without a sign. @returns null for wrong use */
export function readPid(text: string): number | null {
  const pid = readInt(text);
  return pid === null ? null : pid >>> 0;
}

/**
 * Three arguments a line of the map, each a number of at most 4294967295 as strtoul(3) reads it, and so the sums of each
 * side. Lines are read in order, and the first that is wrong is what a tool complains of.
 *
 * @returns extents as they were given, a count of 0 among them; or whether the number of arguments, a number or a sum is wrong
 * @source  vectors/linux-6.18/7_newidmap.json (tag request)
 * @example readLines(["0", "100000", "0x10"]) // { ok: true, extents: [{ first: 0, lowerFirst: 100000, count: 16 }] }
 */
export function readLines(args: readonly string[]): LinesReading {
  if (args.length % 3 !== 0) return { ok: false, why: "count", lineCount: Math.ceil(args.length / 3) };
  const extents: Extent[] = [];
  for (let at = 0; at < args.length; at += 3) {
    const [first, lowerFirst, count] = args.slice(at, at + 3).map(readUnsignedLong);
    if (first == null || lowerFirst == null || count == null) return { ok: false, why: "number" };
    const isTooFar = [first, lowerFirst, count, first + count, lowerFirst + count].some((value) => value > LIMIT);
    if (isTooFar) return { ok: false, why: "overflow" };
    extents.push({ first: Number(first), lowerFirst: Number(lowerFirst), count: Number(count) });
  }
  return { ok: true, extents };
}

/** Both sides of a line as the tools print it. @example rangesShown({ first: 0, lowerFirst: 5, count: 2 }) // "[0-2) -> [5-7)" */
export function rangesShown({ first, lowerFirst, count }: Extent): string {
  const range = (from: number) => `[${from}-${from + count})`;
  return `${range(first)} -> ${range(lowerFirst)}`;
}

/** What a tool says of a number past 4294967295; newgidmap says subuid here too. */
export function overflowText(tool: string): string {
  return `${tool}: subuid overflow detected.\n`;
}

/**
 * The arguments after the process id, in the words of newuidmap and newgidmap.
 *
 * @source vectors/linux-6.18/7_newidmap.json (tag request)
 */
export function readRequest(kind: MappedKind, args: readonly string[]): RequestReading {
  const tool = TOOL[kind];
  const read = readLines(args);
  if (read.ok) return read;
  if (read.why === "overflow") return { ok: false, why: read.why, stderr: overflowText(tool) };
  if (read.why === "number") return { ok: false, why: read.why, stderr: usageOf(kind) };
  const { why, lineCount } = read;
  const stderr = `ranges: ${lineCount} argc: ${args.length}\n${tool}: Not enough arguments to form ${lineCount} mappings\n`;
  return { ok: false, why, stderr: stderr + usageOf(kind) };
}
