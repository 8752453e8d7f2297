import { covers, type Extent, sortedByFirst } from "../core/extent.ts";
import type { Kind } from "../core/id.ts";
import { type IdMap, idMap, showExtent } from "../core/id-map.ts";
import { CLASSICAL, isSameKuid64 } from "../core/kuid64.ts";
import { type Capability, capName } from "./capability.ts";
import type { Cred } from "./cred.ts";
import { parseMapText } from "./map-text.ts";
import { isNsCapable } from "./ns-capable.ts";
import { SETID_CAP } from "./setid.ts";
import { fromKid, makeKid } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "vectors/linux-6.18/1_map_write.json";

const RULES = ruleTable({
  mapWriterPlace: {
    sentence:
      "The opener of a map file must be in the namespace of the map or in its parent; the initial maps cannot be written.",
    source: `user_namespaces(7), Defining user and group ID mappings, rule 2; ${SOURCE} (tag where)`,
  },
  mapOnePage: {
    sentence: "A map is written in one write, at the start of the file, of less than a page (4096 bytes).",
    source: `user_namespaces(7); ${SOURCE} (tags page, lseek)`,
  },
  mapWrittenOnce: {
    sentence: "A map can be written once.",
    source: `user_namespaces(7); ${SOURCE} (tag twice)`,
  },
  mapOpenerAdmin: {
    sentence: "The opener of uid_map and gid_map must have CAP_SYS_ADMIN over the namespace.",
    source: `user_namespaces(7), rule 1; ${SOURCE} (tag who)`,
  },
  mapRootNeedsSetfcap: {
    sentence:
      "A uid_map that reaches user id 0 of the parent needs CAP_SETFCAP: the opener's over the parent, or, written from inside, the creator's when it made the namespace.",
    source: `user_namespaces(7), rule 3; ${SOURCE} (tag setfcap)`,
  },
  mapOwnId: {
    sentence:
      "The owner of a namespace may map its own effective id, alone; a group id only after setgroups was denied.",
    source: `user_namespaces(7), rule 5; ${SOURCE} (tags identity, who)`,
  },
  mapSetidCap: {
    sentence:
      "A map of anything but the owner's own id alone needs CAP_SETUID (CAP_SETGID) over the parent, of opener and writer.",
    source: `user_namespaces(7), rule 5; ${SOURCE} (tag opener)`,
  },
  projidFree: {
    sentence: "A projid_map needs no capability.",
    source: `${SOURCE} (tag who)`,
  },
  mapParentCovers: {
    sentence: "Every line must lie within one line of the parent's map.",
    source: `user_namespaces(7), rule 4; ${SOURCE} (tag nested)`,
  },
});

/** Linux keeps up to five lines in the order written, and sorts longer maps by inside id. */
const LINES_IN_ORDER = 5;

/** A map's text is shorter than this many bytes. */
export const PAGE_SIZE = 4096;

/** Who is writing, and who opened the file. */
export interface MapWriter {
  readonly opener: Cred;
  readonly writer: Cred;
  /** The position of the descriptor. */
  readonly position: number;
}

/**
 * Write a uid_map, gid_map or projid_map, as one write(2) on a descriptor does.
 *
 * @param text  one character a byte
 * @returns     the map that is now in force
 * @source      user_namespaces(7), "Defining user and group ID mappings: writing to uid_map and gid_map"
 */
export function writeMap<K extends Kind>(
  world: World,
  ns: UserNamespace,
  kind: K,
  text: string,
  by: MapWriter,
): Verdict<IdMap<K>> {
  const { parent } = ns;
  if (parent === null || !isPlaceToWriteFrom(by.opener, ns))
    return deny("EPERM", RULES.mapWriterPlace, `opened from ${by.opener.userNs.name}`);
  if (by.position !== 0) return deny("EINVAL", RULES.mapOnePage, `the position is ${by.position}`);
  if (text.length >= PAGE_SIZE) return deny("EINVAL", RULES.mapOnePage, `${text.length} bytes`);
  if (ns.maps[kind].extents.length > 0)
    return deny("EPERM", RULES.mapWrittenOnce, `${kind}_map of ${ns.name} is written`);
  if (kind !== "projid" && !isNsCapable(by.opener, ns, "sys_admin"))
    return deny("EPERM", RULES.mapOpenerAdmin, `the opener has no CAP_SYS_ADMIN over ${ns.name}`);
  const parsed = parseMapText(text);
  if (!parsed.ok) return parsed;
  const permitted = mayMap(world, ns, parent, kind, parsed.value, by);
  if (!permitted.ok) return permitted;
  const map = throughParent(parsed.value, parent.maps[kind], `${kind}_map of ${parent.name}`);
  if (!map.ok) return map;
  setMap(ns.maps, kind, map.value);
  return allow(map.value, permitted.rule);
}

function setMap<K extends Kind>(maps: { [Key in K]: IdMap<Key> }, kind: K, map: IdMap<K>): void {
  maps[kind] = map;
}

/** Is the opener in the namespace or in its parent? */
function isPlaceToWriteFrom(opener: Cred, ns: UserNamespace): boolean {
  return opener.userNs === ns || opener.userNs === ns.parent;
}

/** May opener and writer map these ids? The middle part of {@link writeMap}: the text is good, the parent not asked. */
function mayMap(
  world: World,
  ns: UserNamespace,
  parent: UserNamespace,
  kind: Kind,
  extents: readonly Extent[],
  by: MapWriter,
): Verdict {
  if (kind === "projid") return allow(undefined, RULES.projidFree);
  const rootLine = kind === "uid" ? extents.findIndex((extent) => extent.lowerFirst === 0) + 1 : 0;
  if (rootLine > 0 && !maySetRoot(ns, parent, by.opener))
    return { ...deny("EPERM", RULES.mapRootNeedsSetfcap, `user id 0 of ${parent.name} is mapped`), line: rootLine };
  const notOwn = whyNotOwnId(world, ns, parent, kind, extents, by.opener);
  if (notOwn === null) return allow(undefined, RULES.mapOwnId);
  const name: Capability = SETID_CAP[kind];
  const lacking = [by.writer, by.opener].find((cred) => !isNsCapable(cred, parent, name));
  return lacking
    ? deny(
        "EPERM",
        RULES.mapSetidCap,
        `the ${lacking === by.writer ? "writer" : "opener"} has no ${capName(name)} over ${parent.name}, and ${notOwn}`,
      )
    : allow(undefined, RULES.mapSetidCap);
}

function maySetRoot(ns: UserNamespace, parent: UserNamespace, opener: Cred): boolean {
  return opener.userNs === ns ? ns.parentCouldSetfcap : isNsCapable(opener, parent, "setfcap");
}

/** Why the map is not the own id of a namespace's owner alone, which needs no capability; null when it is. */
function whyNotOwnId<K extends OwnerKind>(
  world: World,
  ns: UserNamespace,
  parent: UserNamespace,
  kind: K,
  extents: readonly Extent[],
  opener: Cred,
): string | null {
  const [line] = extents;
  if (!line || extents.length > 1) return `the map has ${extents.length} lines`;
  if (line.count !== 1) return `the map holds ${line.count} ids`;
  if (!isSameKuid64(ns.owner.uid, opener.uid.effective)) return `the opener does not own ${ns.name}`;
  if (kind === "gid" && ns.setgroupsAllowed) return "setgroups was not denied before";
  const inParent: number = line.lowerFirst;
  return isSameKuid64(makeKid(world, parent, kind, inParent), opener[kind].effective)
    ? null
    : `${kind} ${inParent} is not the opener's own`;
}

/**
 * Take the lower side of each line down through the parent's map.
 *
 * @returns  EPERM with the line that no single line of the parent's map holds
 * @source   user_namespaces(7); vectors/linux-6.18/1_map_write.json (tag nested)
 */
export function throughParent<K extends Kind>(
  extents: readonly Extent[],
  parentMap: IdMap<K>,
  parentName: string,
): Verdict<IdMap<K>> {
  const lowered: Extent[] = [];
  for (const [index, extent] of extents.entries()) {
    const wanted = { first: extent.lowerFirst, count: extent.count };
    const line = parentMap.extents.find((candidate) => covers(candidate, wanted));
    if (!line)
      return {
        ...deny("EPERM", RULES.mapParentCovers, `no line of ${parentName} holds all of ${showExtent(extent)}`),
        line: index + 1,
      };
    lowered.push({ ...extent, lowerFirst: line.lowerFirst + (extent.lowerFirst - line.first) });
  }
  return allow(idMap(lowered.length > LINES_IN_ORDER ? sortedByFirst(lowered) : lowered));
}

/**
 * The lines of a map as a reader of the file is shown them: lower ids as they are in the reader's namespace, or in
 * the parent for a reader inside the namespace itself; NO_ID (not the overflow id) where there is none.
 *
 * @source user_namespaces(7), "User and group ID mappings"; vectors/linux-6.18/1_map_write.json (tags nested, readback)
 */
export function readMap(world: World, ns: UserNamespace, kind: Kind, opener: Cred): readonly Extent[] {
  const reader = opener.userNs === ns && ns.parent ? ns.parent : opener.userNs;
  return ns.maps[kind].extents.map((extent) => {
    const lower: number = extent.lowerFirst;
    return { ...extent, lowerFirst: fromKid(world, reader, kind, { id: lower, number: CLASSICAL }) };
  });
}

/**
 * Set a map as a setup gives it: the lower ids are the parent's, and no writer is asked.
 *
 * @returns EPERM when the parent's map does not hold a line
 */
export function installMap<K extends Kind>(ns: UserNamespace, kind: K, extents: readonly Extent[]): Verdict<IdMap<K>> {
  const { parent } = ns;
  if (parent === null) return deny("EPERM", RULES.mapWriterPlace, "the initial maps cannot be written");
  const map = throughParent(extents, parent.maps[kind], `${kind}_map of ${parent.name}`);
  if (map.ok) setMap(ns.maps, kind, map.value);
  return map;
}
