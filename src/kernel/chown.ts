import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { fileUser } from "./file-user.ts";
import { kfsidHasMapping } from "./fsid.ts";
import { hasFsMap, ownerTable } from "./fsid-map.ts";
import type { SetAttr } from "./iattr.ts";
import type { Inode } from "./inode.ts";
import { showOwners } from "./inode-permission.ts";
import { fromVfsid } from "./mnt-idmapping.ts";
import type { Mount, Path } from "./mount.ts";
import { isNsCapable } from "./ns-capable.ts";
import { isCapableOver, type Protected } from "./permission.ts";
import type { Task } from "./task.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const OPS = "vectors/linux-6.18/3_idmapped_mounts.json (tag ops)";

const RULES = ruleTable({
  ownerHasPlace: {
    sentence: "An idmapped mount must be able to hold the new owner; this is asked before any permission.",
    source: `chown(2); idmappings.rst; ${OPS}`,
  },
  filesystemHoldsOwner: {
    sentence:
      "With the switch chown-checked, and where there are fs maps, the file system too must be able to hold the new owner; this is asked before any permission.",
    source: "proposal 4 of this project for isolated namespaces; fsid mappings, third series, notify_change: EOVERFLOW",
  },
  invalidOwnerRepaired: {
    sentence:
      "A file with an owner or group that has no value on the mount is changed only by giving it valid ones in the same call.",
    source: OPS,
  },
  quotaHasPlace: {
    sentence: "Where quota is kept, the file system must be able to count for the new owner; this is asked last.",
    source: "chown(2); vectors/isolated/scenarios.json (A07, A09): EINVAL",
  },
  chownNeedsCap: {
    sentence:
      "The owner of a file is changed with CAP_CHOWN where both its ids are mapped; its owner may set the owner it has.",
    source: "chown(2), capabilities(7)",
  },
  chgrpNeedsGroup: {
    sentence:
      "The owner of a file may give it to a group of its own; anyone else needs CAP_CHOWN where both the file's ids are mapped.",
    source: "chown(2), capabilities(7)",
  },
});

/**
 * Can the mount hold the new owners, and has the file valid ones after the change? Asked before any permission.
 *
 * @param file  as seen through the mount
 * @returns     EOVERFLOW
 */
export function ownersHavePlace(world: World, path: Path, file: Protected, attr: SetAttr): Verdict {
  const placed = newOwnersHavePlace(world, path, attr);
  if (attr.uid || attr.gid) world.trail?.add("keep the new owners of", path, placed, showNewOwners(attr));
  if (!placed.ok) return placed;
  const repaired =
    (!attr.uid && !isValidKuid64(file.uid)) || (!attr.gid && !isValidKuid64(file.gid))
      ? deny("EOVERFLOW", RULES.invalidOwnerRepaired, showOwners(file))
      : allow(undefined, RULES.invalidOwnerRepaired);
  world.trail?.add("change", path, repaired, showOwners(file));
  return repaired;
}

function showNewOwners({ uid, gid }: SetAttr): string {
  const owner = uid ? [`owner ${showKuid64(uid, "v")}`] : [];
  return [...owner, ...(gid ? [`group ${showKuid64(gid, "v")}`] : [])].join(", ");
}

function newOwnersHavePlace(world: World, { mount }: Path, { uid, gid }: SetAttr): Verdict {
  const owner = uid ? hasPlace(world, mount, "uid", uid) : allow(undefined, RULES.ownerHasPlace);
  return owner.ok && gid ? hasPlace(world, mount, "gid", gid) : owner;
}

/** `dqget`: a new owner that the quota of the file system can count for. */
export function quotaHolds(world: World, { mount, inode }: Path, { uid, gid }: SetAttr): Verdict {
  const { counts = [], userNs, name } = inode.superblock;
  const table = ownerTable(inode.superblock);
  const canCount = <K extends OwnerKind>(kind: K, id: Kuid64<K> | undefined) =>
    !id || !counts.includes(kind) || kfsidHasMapping(world, userNs, kind, fromVfsid(world, mount, kind, id), table);
  return canCount("uid", uid) && canCount("gid", gid)
    ? allow()
    : deny("EINVAL", RULES.quotaHasPlace, `${name} cannot count for it`);
}

/** What an id is to a file. */
const IS_CALLED = { uid: "owner", gid: "group" } as const satisfies { readonly [K in OwnerKind]: string };

/**
 * Can an inode hold the id? That the file system can write it down is asked only where isolated chown is checked, and
 * where the fsid mappings have a say: they are of a time when notify_change always asked it.
 */
function hasPlace<K extends OwnerKind>(world: World, mount: Mount, kind: K, vfsid: Kuid64<K>): Verdict {
  const { superblock, name } = mount;
  const told = `${IS_CALLED[kind]} ${showKuid64(vfsid, "v")} has no place on`;
  const kid = fromVfsid(world, mount, kind, vfsid);
  if (!isValidKuid64(kid)) return deny("EOVERFLOW", RULES.ownerHasPlace, `${told} ${name}`);
  const isAsked = world.profile.isolated?.has("chown-checked") || hasFsMap(world, superblock.userNs, kind);
  if (isAsked && !kfsidHasMapping(world, superblock.userNs, kind, kid, ownerTable(superblock)))
    return deny("EOVERFLOW", RULES.filesystemHoldsOwner, `${told} ${superblock.name}`);
  return allow(undefined, RULES.ownerHasPlace);
}

const BY_CHOWN = "by CAP_CHOWN";
const BY_CHOWN_BELOW = "by CAP_CHOWN over the file system";

/** `chown_ok` */
export function mayChown(world: World, { cred }: Task, inode: Inode, file: Protected, uid: Kuid64<"uid">): Verdict {
  const rule = RULES.chownNeedsCap;
  const user = fileUser(world, cred, file.table);
  if (isSameKuid64(file.uid, user.uid) && isSameKuid64(uid, file.uid)) return allow(undefined, rule, "to its owner");
  if (isCapableOver(world, cred, file, "chown")) return allow(undefined, rule, BY_CHOWN);
  if (!isValidKuid64(file.uid) && isNsCapable(cred, inode.superblock.userNs, "chown"))
    return allow(undefined, rule, BY_CHOWN_BELOW);
  return deny("EPERM", rule, `to ${showKuid64(uid, "v")}; ${showOwners(file)}`);
}

/** `chgrp_ok` */
export function mayChgrp(world: World, { cred }: Task, inode: Inode, file: Protected, gid: Kuid64<"gid">): Verdict {
  const rule = RULES.chgrpNeedsGroup;
  const user = fileUser(world, cred, file.table);
  const isOwner = isSameKuid64(file.uid, user.uid);
  if (isOwner && (isSameKuid64(gid, file.gid) || user.isIn(gid)))
    return allow(undefined, rule, "as the owner, to a group of its own");
  if (isCapableOver(world, cred, file, "chown")) return allow(undefined, rule, BY_CHOWN);
  if (!isValidKuid64(file.gid) && isNsCapable(cred, inode.superblock.userNs, "chown"))
    return allow(undefined, rule, BY_CHOWN_BELOW);
  return deny("EPERM", rule, `to ${showKuid64(gid, "v")}; ${showOwners(file)}`);
}
