import type { Extent, Kind } from "../core/index.ts";
import { NO_ID } from "../core/index.ts";
import { readInt, readUnsignedLong } from "../formats/index.ts";

/** The two tools, by the kind of id that they map. */
export type MappedKind = Exclude<Kind, "projid">;
export const TOOL = { uid: "newuidmap", gid: "newgidmap" } as const satisfies { readonly [K in MappedKind]: string };

/** Is the line the user's own id alone, which no subid file need grant? @source newuidmap(1) */
export function isOwnId(kind: MappedKind, user: { readonly [K in MappedKind]: number }, extent: Extent): boolean {
  return extent.count === 1 && extent.lowerFirst === user[kind];
}

const LIMIT = BigInt(NO_ID);

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
 * The arguments after the process id, three a line of the map. Lines are read in order, and the first that is wrong is
 * what the tool complains of.
 *
 * @source vectors/linux-6.18/7_newidmap.json (tag request)
 */
export function readRequest(kind: MappedKind, args: readonly string[]): RequestReading {
  const tool = TOOL[kind];
  if (args.length % 3 !== 0) {
    const lines = Math.ceil(args.length / 3);
    const stderr = `ranges: ${lines} argc: ${args.length}\n${tool}: Not enough arguments to form ${lines} mappings\n`;
    return { ok: false, why: "count", stderr: stderr + usageOf(kind) };
  }
  const extents: Extent[] = [];
  for (let at = 0; at < args.length; at += 3) {
    const [first, lowerFirst, count] = args.slice(at, at + 3).map(readUnsignedLong);
    if (first == null || lowerFirst == null || count == null)
      return { ok: false, why: "number", stderr: usageOf(kind) };
    const isTooFar = [first, lowerFirst, count, first + count, lowerFirst + count].some((value) => value > LIMIT);
    // The real newgidmap says subuid here too.
    if (isTooFar) return { ok: false, why: "overflow", stderr: `${tool}: subuid overflow detected.\n` };
    extents.push({ first: Number(first), lowerFirst: Number(lowerFirst), count: Number(count) });
  }
  return { ok: true, extents };
}
