import { findMapFault, type IdMap, idMap, type OwnerKind, type Range, sizeOf } from "../../core/index.ts";
import {
  countedFrom0,
  grantedRanges,
  intermediateLines,
  intermediateMap,
  type SubidFile,
  type ToolUser,
} from "../../formats/index.ts";
import { freeRange, type HostFiles, USUAL_COUNT } from "../../policy/index.ts";
import type { OwnerMaps } from "../file-question.ts";
import type { WhyContext } from "./context.ts";
import type { KnownTool } from "./tools.ts";

export const KINDS = ["uid", "gid"] as const satisfies readonly OwnerKind[];

/** Whose ranges a tool maps: of the user who runs it, or of the owner that it always takes; null where that is unknown. */
export function granteeOf({ user, files }: WhyContext, tool: KnownTool): ToolUser | null {
  if (user) return user;
  if (!files || tool.owner === null) return null;
  const name = tool.owner;
  // Of the owners that tools always take, root alone has a number that is known; dockremap's stands in no map.
  return { name, uid: 0, gid: 0, granted: grantedTo(files, name, name === "root" ? 0 : null) };
}

/** What subid files grant to a name, and to its number where that is known. */
export function grantedTo({ subuid, subgid }: HostFiles, name: string, number: number | null): ToolUser["granted"] {
  const names = number === null ? [name] : [name, String(number)];
  const of = (file: SubidFile | null) => (file ? grantedRanges(file, ...names) : []);
  return { uid: of(subuid), gid: of(subgid) };
}

/** The map that a tool makes of what is granted; null for one whose configuration says it, and where none can be made. */
export function madeOf(grantee: ToolUser, tool: KnownTool): OwnerMaps | null {
  if (tool.map === "written") return null;
  // The user's own id may be among the granted ones, and grants may overlap; counted tools leave the own id out.
  const lines = KINDS.map((kind) => intermediateLines(grantee, kind).slice(tool.map === "own" ? 0 : 1));
  if (lines.some((each) => findMapFault(each) !== null)) return null;
  const mapOf = <K extends OwnerKind>(kind: K): IdMap<K> =>
    tool.map === "own"
      ? intermediateMap(grantee, kind)
      : idMap<K>(countedFrom0<K>(grantee.granted[kind], grantee.name).extents);
  return { uid: mapOf("uid"), gid: mapOf("gid") };
}

/** Ids that a user lacks of a kind so that a map of so many can be made; 0 for enough. */
export function lackOf(grantee: ToolUser, kind: OwnerKind, needed: number): number {
  return Math.max(0, needed - sizeOf(grantee.granted[kind]));
}

/** A range for a user that nobody else has, as large as usual or as needed. */
export function rangeFor(files: HostFiles, needed: number): Range | null {
  return freeRange(files, Math.max(USUAL_COUNT, needed));
}

/** The user with a range more. */
export function withRange(grantee: ToolUser, kinds: readonly OwnerKind[], range: Range, isInstead: boolean): ToolUser {
  const of = (kind: OwnerKind) => {
    if (!kinds.includes(kind)) return grantee.granted[kind];
    return isInstead ? [range] : [...grantee.granted[kind], range];
  };
  return { ...grantee, granted: { uid: of("uid"), gid: of("gid") } };
}

/** The name of the file that grants ids of a kind: the one that was read, or the usual one. */
export function fileOf(files: HostFiles | null, kind: OwnerKind): string {
  return (kind === "uid" ? files?.subuid : files?.subgid)?.where ?? `/etc/sub${kind}`;
}
