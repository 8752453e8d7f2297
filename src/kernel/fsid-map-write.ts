import type { UserId } from "../core/id.ts";
import type { Kuid64 } from "../core/kuid64.ts";
import { makeKfsid } from "./fsid.ts";
import type { HasProfile, OwnerTable } from "./fsid-map.ts";
import { fsidMode } from "./fsid-modes.ts";
import { fsSlot, idSlot, isWritten, type MapSlot } from "./map-slot.ts";
import type { HasTranslators } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

/*
 * What fsid mappings add to the writing of maps: where the revisions differ from what holds for uid_map and gid_map, and
 * from each other.
 */

const RULES = ruleTable({
  fsMapBeforeIdMap: {
    sentence: "fsuid_map is written before uid_map, and fsgid_map before gid_map.",
    source: "fsid mappings, third series, 06/25: EPERM",
  },
});

/**
 * May an fs map still be written? The third series wants it before the id map of its kind, which else brings it along;
 * the text of the map is looked at first.
 */
export function mayPrecedeIdMap({ profile }: HasProfile, ns: UserNamespace, { kind }: MapSlot): Verdict {
  if (!fsidMode(profile)?.isOrdered) return allow();
  const ids = idSlot(kind);
  return isWritten(ids, ns)
    ? deny("EPERM", RULES.fsMapBeforeIdMap, `${ids.file} of ${ns.name} is written`)
    : allow(undefined, RULES.fsMapBeforeIdMap);
}

/**
 * The fs map that an id map written alone brings along: with the same lines, taken through the parent's fs map. So a
 * namespace whose maker knows nothing of fs maps has files that its parent can name.
 *
 * @returns  null where the fs map is written already, and on kernels that look in the id map instead
 * @source   fsid mappings, third series, 06/25
 */
export function mirrorOf(
  { profile }: HasProfile,
  ns: UserNamespace,
  { table, kind }: MapSlot,
): MapSlot<OwnerKind> | null {
  if (table === "fs" || kind === "projid" || fsidMode(profile)?.withoutFsMap !== "mirror") return null;
  const mirror = kind === "uid" ? fsSlot("uid") : fsSlot("gid");
  return isWritten(mirror, ns) ? null : mirror;
}

/**
 * The id that a line of one id is compared with, where its writer has no power over the parent and may map its own: what
 * the number is in the parent. For an fs map the second and third series look it up among ids of files, and compare it
 * with an id of processes.
 *
 * @source Jann Horn on the third series, 06/25
 */
export function ownIdIn<K extends OwnerKind>(
  world: HasTranslators & HasProfile,
  parent: UserNamespace,
  kind: K,
  table: OwnerTable,
  id: UserId<K>,
): Kuid64<K> {
  const isOwner = table === "fs" && fsidMode(world.profile)?.ownIdBy === "make_kfsuid";
  return makeKfsid(world, parent, kind, id, isOwner ? "fs" : "id");
}

/** Does a map that reaches id 0 of the parent need CAP_SETFCAP? uid_map does; fsuid_map in the repaired revision. */
export function isAskedForSetfcap({ profile }: HasProfile, { kind, table }: MapSlot): boolean {
  return kind === "uid" && (table === "id" || fsidMode(profile)?.isRepaired === true);
}
