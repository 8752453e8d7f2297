import type { Extent, Range } from "../core/index.ts";
import { readInt, readUnsignedLong } from "../formats/index.ts";
import type { MappedKind } from "./new-id-map-request.ts";

/** The two tools, by the kind of id that they map. */
export const FSID_TOOL = {
  uid: "newfsuidmap",
  gid: "newfsgidmap",
} as const satisfies { readonly [K in MappedKind]: string };

/** Where images rest that were shifted to ids which nobody runs as. Its last id, the 16-bit -1, never is anybody's. */
export interface StaticShift {
  readonly base: number;
  readonly count: number;
}

/** systemd's foreign id range: the one shift that anybody made a standard. @source systemd UIDS-GIDS.md */
export const STATIC_SHIFT: StaticShift = { base: 2147352576, count: 65536 };

/** An image without more words is as wide as one range of ids. */
const IMAGE_IDS = 65536;

/** How the ids of files relate to the ids inside. */
export type FsidShift =
  /** They are those of the id map: nothing is written, the kernel mirrors it. */
  { readonly type: "own" } | { readonly type: "static" } | { readonly type: "base"; readonly range: Range };

/**
 * The value of `--shift`: `own`, `static`, `BASE` or `BASE:COUNT`.
 *
 * @returns null for anything else; a range may reach past the last id, which is another check's to find
 * @example readShift("300000:10") // { type: "base", range: { first: 300000, count: 10 } }
 */
export function readShift(text: string): FsidShift | null {
  if (text === "own" || text === "static") return { type: text };
  const [, base, count] = /^(\d+)(?::(\d+))?$/.exec(text) ?? [];
  const [first, howMany] = [base, count ?? String(IMAGE_IDS)].map((digits = "") => readUnsignedLong(digits));
  if (first == null || howMany == null) return null;
  return { type: "base", range: { first: Number(first), count: Number(howMany) } };
}

/** The line of an fs map that shifts every id of an image by the same. */
export function shiftExtent({ first, count }: Range): Extent {
  return { first: 0, lowerFirst: first, count };
}

/** A process, by its id or by a descriptor of its /proc directory. */
export interface ProcPlace {
  readonly by: "pid" | "fd";
  readonly number: number;
}

/** @returns null for wrong use @example readProcPlace("fd:3") // { by: "fd", number: 3 } */
export function readProcPlace(text: string): ProcPlace | null {
  const [, fd] = /^fd:(.*)$/s.exec(text) ?? [];
  const number = readInt(fd ?? text);
  if (number === null || (fd ?? text) === "" || number < 0) return null;
  return { by: fd === undefined ? "pid" : "fd", number };
}

/** The usage text of a tool. */
export function fsidUsage(kind: MappedKind): string {
  const line = `<fs${kind}> <lowerfs${kind}> <count>`;
  return `usage: ${FSID_TOOL[kind]} [<pid>|fd:<pidfd>] [--image=<path>|--shift=<own|static|base>] [${line}] ...\n`;
}
