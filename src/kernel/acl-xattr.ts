import type { UserId } from "../core/id.ts";
import { isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { validateAcl } from "./acl-valid.ts";
import { filesystemType } from "./filesystem-type.ts";
import { fromKfsid, kfsidHasMapping, makeKfsid } from "./fsid.ts";
import { lacking, type OwnerTable, ownerTable } from "./fsid-map.ts";
import { type Inode, requireOwnFiles } from "./inode.ts";
import {
  hasUnmappedId,
  isInGroupOrCapable,
  isMutable,
  ownsOrCapable,
  seenThrough,
  showOwners,
  wantWrite,
} from "./inode-permission.ts";
import { fromVfsid, makeVfsid } from "./mnt-idmapping.ts";
import { SETGID } from "./mode.ts";
import type { Path } from "./mount.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import { type AclEntry, type AclEntryText, type AclType, mapAclIds, modeOfAcl, type PosixAcl } from "./posix-acl.ts";
import type { Task } from "./task.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "vectors/linux-6.18/4_acl_fcap.json (tags acl-set, acl-bad, acl-suserns)";

const RULES = ruleTable({
  aclIdKnown: {
    sentence: "A user or group that an ACL names must be mapped in the caller's namespace; this is asked first of all.",
    source: `setxattr(2), EINVAL; ${SOURCE}`,
  },
  aclIdHasPlace: {
    sentence:
      "An idmapped mount must be able to hold every user and group that an ACL names; this is asked after permission.",
    source: `Documentation/filesystems/idmappings.rst, from_vfsuid; ${SOURCE}`,
  },
  unmappedAclKept: {
    sentence: "No ACL of a file is changed whose owner or group has no value on the mount.",
    source: "vectors/linux-6.18/3_idmapped_mounts.json (tag ops)",
  },
  filesystemHasAcls: {
    sentence: "procfs, sysfs, cgroups and the kernel's other file systems have no ACLs, whoever asks.",
    source: "acl(5): EOPNOTSUPP; vectors of this project, pseudo.json",
  },
  linkHasNoAcl: { sentence: "A symbolic link has no ACL.", source: "acl(5); setxattr(2), ENOTSUP" },
  defaultOfDirectory: { sentence: "Only a directory has a default ACL.", source: "acl(5); acl_set_file(3), EACCES" },
  aclNeedsOwner: {
    sentence: "An ACL is changed by the file's owner, or with CAP_FOWNER where its user id is mapped.",
    source: "acl_set_file(3), EPERM; capabilities(7)",
  },
  aclIdOnDisk: {
    sentence:
      "The namespace that owns the file system must map every user and group that an ACL names; this is asked after permission.",
    source: SOURCE,
  },
  noAcl: { sentence: "The file has no such ACL: its mode says all.", source: "getxattr(2), ENODATA" },
});

/** The file that a call is going to change. */
function changeable(world: World, task: Task, name: PathName): Verdict<Path> {
  const found = lookup(world, task, name, "nofollow");
  if (!found.ok) return found;
  requireOwnFiles(found.value.mount.superblock, "POSIX ACLs", "setAcl");
  const writable = wantWrite(world, found.value.mount);
  return writable.ok ? found : writable;
}

/**
 * Set an ACL: `lsetxattr` of `system.posix_acl_access` or `system.posix_acl_default`, as `vfs_set_acl` does it.
 *
 * @param given  no entry at all removes the ACL
 * @returns      EINVAL, EPERM, EACCES, ENOTSUP
 */
export function setAcl(
  world: World,
  task: Task,
  name: PathName,
  type: AclType,
  given: readonly AclEntryText[],
): Verdict {
  const found = changeable(world, task, name);
  return found.ok ? setAclOf(world, task, found.value, type, given) : found;
}

/** {@link setAcl}, of a file that was found. */
export function setAclOf(world: World, task: Task, path: Path, type: AclType, given: readonly AclEntryText[]): Verdict {
  const known = knownIds(world, task, given, ownerTable(path.mount.superblock));
  if (!known.ok) return known;
  const acl = mapAclIds(known.value, (kind, vfsid) => fromVfsid(world, path.mount, kind, vfsid));
  const permitted = mayChangeAcl(world, task, path, type, given.length > 0);
  if (!permitted.ok) return permitted;
  const put = putChecked(world, task, path, type, given.length > 0 ? acl : null);
  return put.ok ? allow(undefined, permitted.rule) : put;
}

/** What is left of setting or removing an ACL once the caller may. */
function putChecked(world: World, task: Task, path: Path, type: AclType, acl: PosixAcl | null): Verdict {
  const { operations } = path.inode.superblock;
  const valid = acl === null ? allow() : operations?.setAcl ? validateAcl(acl) : validOn(world, path, acl);
  if (!valid.ok) return valid;
  const keepsSetgid = mayKeepSetgid(world, task, path, acl);
  if (operations?.setAcl) return operations.setAcl(path.inode, type, acl, keepsSetgid);
  putAcl(path.inode, type, acl);
  if (type === "access" && !keepsSetgid) path.inode.mode &= ~SETGID;
  return allow();
}

/** Change an ACL as a file system that stands on this one does, in the name of a task. */
export function changeAcl(world: World, task: Task, path: Path, type: AclType, acl: PosixAcl | null): Verdict {
  const permitted = mayChangeAcl(world, task, path, type, acl !== null);
  return permitted.ok ? putChecked(world, task, path, type, acl) : permitted;
}

/** Remove an ACL, whether there is one or not: `lremovexattr`, as `vfs_remove_acl` does it. The mode stays. */
export function removeAcl(world: World, task: Task, name: PathName, type: AclType): Verdict {
  const found = changeable(world, task, name);
  return found.ok ? removeAclOf(world, task, found.value, type) : found;
}

/** {@link removeAcl}, of a file that was found. */
export function removeAclOf(world: World, task: Task, path: Path, type: AclType): Verdict {
  const permitted = mayChangeAcl(world, task, path, type, false);
  if (!permitted.ok) return permitted;
  const put = putChecked(world, task, path, type, null);
  return put.ok ? permitted : put;
}

/**
 * Read an ACL: `lgetxattr`, as `vfs_get_acl` and `vfs_posix_acl_to_xattr` do it. Whoever reaches the file may.
 *
 * @returns ids of the caller's namespace, NO_ID for those without one; ENODATA
 */
export function getAcl(world: World, task: Task, name: PathName, type: AclType): Verdict<readonly AclEntryText[]> {
  const found = lookup(world, task, name, "nofollow");
  if (!found.ok) return found;
  requireOwnFiles(found.value.mount.superblock, "POSIX ACLs", "setAcl");
  return getAclOf(world, task, found.value, type);
}

/** {@link getAcl}, of a file that was found. */
export function getAclOf(
  world: World,
  task: Task,
  { mount, inode }: Path,
  type: AclType,
): Verdict<readonly AclEntryText[]> {
  const kept = hasAcls(inode);
  if (!kept.ok) return kept;
  const readable = mount.superblock.operations?.mayAskAcl?.(inode, type) ?? allow();
  if (!readable.ok) return readable;
  const acl = inode.acls[type];
  if (!acl) return deny("ENODATA", RULES.noAcl);
  const table = ownerTable(mount.superblock);
  const show = <K extends OwnerKind>(kind: K, kid: Kuid64<K>): UserId<K> =>
    fromKfsid(world, task.cred.userNs, kind, makeVfsid(world, mount, kind, kid), table);
  return allow(
    acl.map((entry): AclEntryText => {
      const { perm } = entry;
      if (entry.tag === "user") return { tag: "user", perm, id: show("uid", entry.kid) };
      if (entry.tag === "group") return { tag: "group", perm, id: show("gid", entry.kid) };
      return { tag: entry.tag, perm, id: null };
    }),
  );
}

/** Entries with kernel ids: `posix_acl_from_xattr`. */
function knownIds(world: World, { cred }: Task, given: readonly AclEntryText[], table: OwnerTable): Verdict<PosixAcl> {
  const take = <K extends OwnerKind>(kind: K, id: UserId<K>) => makeKfsid(world, cred.userNs, kind, id, table);
  const acl = given.map((entry): AclEntry => {
    const { perm } = entry;
    if (entry.tag === "user") return { tag: "user", perm, kid: take("uid", entry.id) };
    if (entry.tag === "group") return { tag: "group", perm, kid: take("gid", entry.id) };
    return { tag: entry.tag, perm };
  });
  const index = acl.findIndex((entry) => "kid" in entry && !isValidKuid64(entry.kid));
  const unknown = given[index];
  if (!unknown) return allow(acl);
  const where = lacking(world, cred.userNs, unknown.tag === "user" ? "uid" : "gid", table);
  return deny("EINVAL", RULES.aclIdKnown, `${unknown.tag} ${unknown.id} is not mapped in ${where}`);
}

/** `IS_POSIXACL` */
function hasAcls({ type, superblock }: Inode): Verdict {
  if (type === "symlink") return deny("ENOTSUP", RULES.linkHasNoAcl);
  return filesystemType(superblock.type).hasAcls ? allow() : deny("ENOTSUP", RULES.filesystemHasAcls, superblock.type);
}

/** `may_write_xattr`, and what `set_posix_acl` asks before it looks at the ACL. */
function mayChangeAcl(world: World, task: Task, path: Path, type: AclType, isGiven: boolean): Verdict {
  const { inode } = path;
  const mutable = isMutable(inode);
  if (!mutable.ok) return mutable;
  const file = seenThrough(world, path);
  if (hasUnmappedId(file)) return deny("EPERM", RULES.unmappedAclKept, showOwners(file));
  const kept = hasAcls(inode);
  if (!kept.ok) return kept;
  if (type === "default" && inode.type !== "dir")
    return isGiven ? deny("EACCES", RULES.defaultOfDirectory, `it is a ${inode.type}`) : allow();
  const owns = ownsOrCapable(world, task.cred, path);
  return owns.ok ? allow(undefined, RULES.aclNeedsOwner) : deny("EPERM", RULES.aclNeedsOwner, owns.because);
}

/** `posix_acl_valid`: is it an ACL, and can the mount and the file system hold it? */
function validOn(world: World, { mount }: Path, acl: PosixAcl): Verdict {
  const { userNs } = mount.superblock;
  const table = ownerTable(mount.superblock);
  for (const entry of acl) {
    if (!("kid" in entry)) continue;
    if (!isValidKuid64(entry.kid))
      return deny("EINVAL", RULES.aclIdHasPlace, `the ${entry.tag} has no place on ${mount.name}`);
    const kind = entry.tag === "user" ? "uid" : "gid";
    if (!kfsidHasMapping(world, userNs, kind, entry.kid, table)) {
      const where = lacking(world, userNs, kind, table);
      return deny("EINVAL", RULES.aclIdOnDisk, `${entry.tag} ${showKuid64(entry.kid)} is not mapped in ${where}`);
    }
  }
  return validateAcl(acl);
}

/** Does the set-group-ID bit stay when the task sets or removes an access ACL? */
function mayKeepSetgid(world: World, task: Task, path: Path, acl: PosixAcl | null): boolean {
  const isAsked = acl !== null || filesystemType(path.inode.superblock.type).dropsSetgidWithAcl;
  return !isAsked || isInGroupOrCapable(world, task.cred, seenThrough(world, path));
}

/**
 * Put an ACL on an inode as a setup does: no check is made. The mode follows an access ACL; one that says no more than a
 * mode becomes one.
 */
export function putAcl(inode: Inode, type: AclType, acl: PosixAcl | null): void {
  if (type === "access" && acl) {
    const { mode, isWhole } = modeOfAcl(acl);
    inode.mode = (inode.mode & ~0o777) | mode;
    inode.acls.access = isWhole ? null : acl;
  } else inode.acls[type] = acl;
}
