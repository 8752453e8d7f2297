import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import type { Cred } from "./cred.ts";
import { fileUser } from "./file-user.ts";
import { kfsidHasMapping } from "./fsid.ts";
import { type OwnerTable, ownerTable } from "./fsid-map.ts";
import type { SetAttr } from "./iattr.ts";
import type { Inode } from "./inode.ts";
import { fromVfsid, makeVfsid } from "./mnt-idmapping.ts";
import { showMode } from "./mode.ts";
import type { Mount, Path } from "./mount.ts";
import { genericPermission, isCapableOver, MAY, ownerOrCapable, type Protected, showMask } from "./permission.ts";
import { mapAclIds } from "./posix-acl.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  readOnlyFilesystem: {
    sentence: "Files, directories and links of a read-only file system are not written to.",
    source: "access(2), open(2): EROFS",
  },
  readOnlyMount: { sentence: "Nothing is changed through a read-only mount.", source: "mount(2), MS_RDONLY: EROFS" },
  unmappedNotWritten: {
    sentence: "A file with an owner or group that has no value on the mount is written to by nobody, root included.",
    source: "mount_setattr(2); vectors/linux-6.18/3_idmapped_mounts.json (tag ops)",
  },
  immutableNotChanged: {
    sentence:
      "The directory of a process in procfs is immutable: it is neither written nor given another mode, owner or time.",
    source: "FS_IOC_SETFLAGS(2const), FS_IMMUTABLE_FL: EPERM; vectors of this project, pseudo.json",
  },
  sealedNotWritten: {
    sentence: "Nothing is made in or taken from a directory of /proc/sys, whatever capabilities one has.",
    source: "proc(5), /proc/sys: EACCES; vectors of this project, pseudo.json",
  },
  creatorHasPlace: {
    sentence:
      "Whoever creates something must have a user and a group id that the mount and its file system can hold; this is asked before any permission.",
    source: "idmappings.rst, mapped_fsuid; vectors/linux-6.18/3_idmapped_mounts.json (tag create)",
  },
});

/** A file's owners, bits and ACL as they are seen through the mount that it is reached by. */
export function seenThrough(world: World, { mount, inode }: Path): Protected {
  const take = <K extends OwnerKind>(kind: K, kid: Kuid64<K>) => makeVfsid(world, mount, kind, kid);
  const { access } = inode.acls;
  return {
    uid: take("uid", inode.uid),
    gid: take("gid", inode.gid),
    mode: inode.mode,
    isDirectory: inode.type === "dir",
    table: ownerTable(inode.superblock),
    acl: access && mapAclIds(access, take),
  };
}

/** Has the file an owner or group that has no value on the mount: `HAS_UNMAPPED_ID`? */
export function hasUnmappedId(file: Pick<Protected, "uid" | "gid">): boolean {
  return !isValidKuid64(file.uid) || !isValidKuid64(file.gid);
}

/** What a file with such an id is refused with, whatever the errno of the call. */
export function showOwners({ uid, gid }: Pick<Protected, "uid" | "gid">): string {
  return `on this mount the owner is ${showVfsid(uid)} and the group ${showVfsid(gid)}`;
}

function showVfsid(kid: Kuid64): string {
  return isValidKuid64(kid) ? showKuid64(kid, "v") : "none";
}

function showAsker(world: World, cred: Cred, table: OwnerTable): string {
  const { uid, gid } = fileUser(world, cred, table);
  return `asked by ${showKuid64(uid)}:${showKuid64(gid)}`;
}

/** What a check of permission compares: `asked by k1000:k1000, owner v0:v0, mode 0644`. */
export function showBoth(world: World, cred: Cred, { uid, gid, mode, table }: Protected): string {
  return `${showAsker(world, cred, table)}, owner ${showVfsid(uid)}:${showVfsid(gid)}, mode ${showMode(mode)}`;
}

/** `mnt_want_write`: may anything be changed through the mount? */
export function wantWrite(world: World, mount: Mount): Verdict {
  const writable = isWritable(mount);
  world.trail?.add("change anything through", mount.name, writable);
  return writable;
}

function isWritable({ isReadOnly, name, superblock }: Mount): Verdict {
  if (isReadOnly) return deny("EROFS", RULES.readOnlyMount, `${name} is read-only`);
  if (superblock.isReadOnly) return deny("EROFS", RULES.readOnlyFilesystem, `${superblock.name} is read-only`);
  return allow(undefined, RULES.readOnlyMount);
}

const KEPT_FROM_READ_ONLY: readonly string[] = ["file", "dir", "symlink"];

/**
 * May the task do this to the file: `inode_permission`.
 *
 * @param mask  bits of {@link MAY}
 * @returns     EROFS, EACCES
 */
export function inodePermission(world: World, cred: Cred, path: Path, mask: number): Verdict {
  const { operations } = path.inode.superblock;
  const file = seenThrough(world, path);
  if ((mask & MAY.write) !== 0) {
    const writable = isWrittenAtAll(path, file);
    world.trail?.add("write to", path, writable, showOwners(file));
    if (!writable.ok) return writable;
  }
  const readable = isAclAsked(world, cred, file) ? (operations?.mayAskAcl?.(path.inode, "access") ?? allow()) : allow();
  if (!readable.ok) return readable;
  const permitted = genericPermission(world, cred, file, mask);
  world.trail?.add(showMask(mask, file), path, permitted, showBoth(world, cred, file));
  return permitted.ok && operations ? operations.permission(path.inode, mask) : permitted;
}

/** Would an ACL decide: not for the owner, and not where the group digit is 0? */
function isAclAsked(world: World, cred: Cred, { uid, mode, table }: Protected): boolean {
  return !isSameKuid64(fileUser(world, cred, table, "permission").uid, uid) && (mode & 0o070) !== 0;
}

/** Whoever asks. */
function isWrittenAtAll({ inode }: Path, file: Protected): Verdict {
  const { superblock, type } = inode;
  if (superblock.isReadOnly && KEPT_FROM_READ_ONLY.includes(type))
    return deny("EROFS", RULES.readOnlyFilesystem, `${superblock.name} is read-only`);
  const mutable = isMutable(inode);
  if (!mutable.ok) return mutable;
  if (hasUnmappedId(file)) return deny("EACCES", RULES.unmappedNotWritten, showOwners(file));
  if (superblock.isSealed?.(inode)) return deny("EACCES", RULES.sealedNotWritten, `of ${superblock.name}`);
  return allow(undefined, RULES.unmappedNotWritten);
}

/** `IS_IMMUTABLE`, where it is asked of what would change the inode. @returns EPERM */
export function isMutable(inode: Inode): Verdict {
  const { isImmutable, name } = inode.superblock;
  return isImmutable?.(inode) ? deny("EPERM", RULES.immutableNotChanged, `of ${name}`) : allow();
}

/** May the inode be changed at all: `may_setattr`, and what its file system has against the change? @returns EPERM */
export function isChangedAtAll({ inode }: Path, attr: SetAttr): Verdict {
  const isAnything = [attr.mode, attr.uid, attr.gid, attr.times].some((given) => given !== undefined);
  const mutable = isAnything ? isMutable(inode) : allow();
  return mutable.ok ? (inode.superblock.maySetattr?.(inode, attr) ?? allow()) : mutable;
}

/** {@link ownerOrCapable} for a file on a mount. */
export function ownsOrCapable(world: World, cred: Cred, path: Path): Verdict {
  const file = seenThrough(world, path);
  const owns = ownerOrCapable(world, cred, file);
  world.trail?.add("own", path, owns, showBoth(world, cred, file));
  return owns;
}

/** Is the task of this group, or has it CAP_FSETID over the file: `in_group_or_capable`? What keeps a set-group-ID bit. */
export function isInGroupOrCapable(world: World, cred: Cred, file: Protected, gid: Kuid64<"gid"> = file.gid): boolean {
  return fileUser(world, cred, file.table).isIn(gid) || isCapableOver(world, cred, file, "fsetid");
}

/** What an inode would hold for the task's filesystem ids: `mapped_fsuid`, `mapped_fsgid`. */
export function mappedFsid<K extends OwnerKind>(world: World, cred: Cred, mount: Mount, kind: K): Kuid64<K> {
  return fromVfsid(world, mount, kind, fsidFor(world, cred, kind, ownerTable(mount.superblock)));
}

/** The id that a task owns with what it creates where owners are of this table. */
function fsidFor<K extends OwnerKind>(world: World, cred: Cred, kind: K, table: OwnerTable): Kuid64<K> {
  const users: { readonly [Key in OwnerKind]: Kuid64<Key> } = fileUser(world, cred, table);
  return users[kind];
}

/** Can the file system hold what the task creates on this mount: `fsuidgid_has_mapping`? @returns EOVERFLOW */
export function creatorHasPlace(world: World, cred: Cred, mount: Mount): Verdict {
  const kinds = ["uid", "gid"] as const;
  const table = ownerTable(mount.superblock);
  const lost = kinds.find((kind) => {
    const kid = mappedFsid(world, cred, mount, kind);
    return !isValidKuid64(kid) || !kfsidHasMapping(world, mount.superblock.userNs, kind, kid, table);
  });
  const place = lost
    ? deny(
        "EOVERFLOW",
        RULES.creatorHasPlace,
        `fs${lost} ${showKuid64(fsidFor(world, cred, lost, table))} has no place on ${mount.name}`,
      )
    : allow(undefined, RULES.creatorHasPlace);
  world.trail?.add("own something on", mount.name, place, showAsker(world, cred, table));
  return place;
}
