import type { Extent, OwnerKind } from "../../core/index.ts";
import { MAP_FORMATS, type MapFormat, parseSubid, recognise, type SubidFile } from "../../formats/index.ts";

/** An id that a message names. */
export interface NamedId {
  readonly kind: OwnerKind;
  readonly id: number;
}

/** What a text that was pasted is. */
export type Recognised =
  | { readonly what: "maps"; readonly format: MapFormat; readonly text: string }
  | { readonly what: "subid"; readonly file: SubidFile }
  /** An error message, with the ids and the ranges that it names. */
  | { readonly what: "message"; readonly ids: readonly NamedId[]; readonly ranges: readonly NamedRange[] }
  | { readonly what: "nothing" };

/** A line of a map that a tool would not write. */
export interface NamedRange {
  readonly kind: OwnerKind;
  readonly extent: Extent;
}

/** As newuidmap and newgidmap write it: both ends are those behind the last id. */
const TOOL_RANGE = /\b([ug]id) range \[(\d+)-(\d+)\) -> \[(\d+)-(\d+)\)/g;
/** As containers/storage writes it: the owner that a layer asks for. */
const REQUESTED = /\brequested (\d+):(\d+)\b/g;
/** Words that come before an id in messages of tools and kernels. */
const WORDED = /\b(uid|gid|user|group)(?:\s+id)?[\s:=#]+(\d+)\b/gi;
/** A line of /etc/subuid whose owner is a name. */
const SUBID_LINE = /^[A-Za-z_][^:\s]*:\d+:\d+\s*$/m;

/** What a text looks like; the most particular first. */
export function recognisePaste(text: string): Recognised {
  const message = readMessage(text);
  if (message.ranges.length > 0 || text.search(REQUESTED) >= 0) return { what: "message", ...message };
  const isPrefixed = MAP_FORMATS.some(({ name }) => text.trimStart().startsWith(`${name}:`));
  if (!isPrefixed && SUBID_LINE.test(text)) return { what: "subid", file: parseSubid(text, "subuid") };
  const found = recognise(text);
  if (found) return { what: "maps", ...found };
  return message.ids.length > 0 ? { what: "message", ...message } : { what: "nothing" };
}

function readMessage(text: string): { readonly ids: readonly NamedId[]; readonly ranges: readonly NamedRange[] } {
  const ranges = [...text.matchAll(TOOL_RANGE)].map(([, kind, first, end, lowerFirst]): NamedRange => {
    const extent = { first: Number(first), lowerFirst: Number(lowerFirst), count: Number(end) - Number(first) };
    return { kind: kind === "gid" ? "gid" : "uid", extent };
  });
  const requested = [...text.matchAll(REQUESTED)].flatMap(([, uid, gid]): NamedId[] => [
    { kind: "uid", id: Number(uid) },
    { kind: "gid", id: Number(gid) },
  ]);
  const worded = [...text.matchAll(WORDED)].map(([, word = "", id]): NamedId => {
    return { kind: /^g/i.test(word) ? "gid" : "uid", id: Number(id) };
  });
  return { ids: [...requested, ...worded].filter(({ id }) => id < 2 ** 32 - 1), ranges };
}
