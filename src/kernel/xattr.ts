import { UsernsError } from "../core/errors.ts";
import { aclToBytes, givenAcl } from "./acl-bytes.ts";
import { getAclOf, removeAclOf, setAclOf } from "./acl-xattr.ts";
import { decodeCapability, encodeCapability } from "./capability-xattr.ts";
import type { Errno } from "./errno.ts";
import { getFileCapability, removeFileCapability, setFileCapability } from "./file-capability.ts";
import { requireOwnFiles } from "./inode.ts";
import {
  hasUnmappedId,
  inodePermission,
  isMutable,
  ownsOrCapable,
  seenThrough,
  showOwners,
  wantWrite,
} from "./inode-permission.ts";
import { STICKY } from "./mode.ts";
import type { Path } from "./mount.ts";
import { isNsCapable } from "./ns-capable.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import { ACL_TYPES, type AclType } from "./posix-acl.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";
import { CAPABILITY, hasHandler } from "./xattr-handler.ts";

const XATTR = "xattr(7); vectors/linux-6.18/8_vfs_permission.json (tag xattr)";

const RULES = ruleTable({
  valueFits: { sentence: "The value of an attribute has at most 65536 bytes.", source: "setxattr(2): E2BIG" },
  nameFits: { sentence: "The name of an attribute has 1 to 255 bytes.", source: "setxattr(2): ERANGE" },
  unmappedNotWritten: {
    sentence: "No attribute of a file is changed whose owner or group has no value on the mount.",
    source: "vectors/linux-6.18/3_idmapped_mounts.json (tag ops)",
  },
  trustedNeedsAdmin: {
    sentence: "trusted.* is for CAP_SYS_ADMIN in the initial namespace; for others no such attribute exists.",
    source: XATTR,
  },
  userOnFilesAndDirectories: { sentence: "user.* is for regular files and directories.", source: XATTR },
  userInStickyDirectory: {
    sentence: "user.* of a sticky directory is changed by its owner, or with CAP_FOWNER.",
    source: XATTR,
  },
  securityNeedsAdmin: {
    sentence: "security.* is changed with CAP_SYS_ADMIN over the namespace that mounted the file system.",
    source: XATTR,
  },
  capabilityForm: {
    sentence: "security.capability has 20 bytes of version 2 or 24 of version 3, whoever sets it.",
    source: `capabilities(7), File capability extended attribute versioning; ${XATTR}: EINVAL`,
  },
  noSuchAttribute: { sentence: "The file has no such attribute.", source: "getxattr(2): ENODATA" },
});

/** The attributes that are ACLs. @source acl(5); linux/xattr.h */
export const ACL_NAMES: { readonly [T in AclType]: string } = {
  access: "system.posix_acl_access",
  default: "system.posix_acl_default",
};

/** `is_posix_acl_xattr` */
function aclNamed(name: string): AclType | undefined {
  return ACL_TYPES.find((type) => ACL_NAMES[type] === name);
}

const MAX_NAME = 255;

/** `XATTR_SIZE_MAX` */
const MAX_VALUE = 65536;

/** The file at a path whose attribute is read, or with MAY.write changed. */
function named(world: World, task: Task, path: PathName, name: string, mask: number, sizeBytes = 0): Verdict<Path> {
  const nameBytes = new TextEncoder().encode(name).length;
  if (nameBytes === 0 || nameBytes > MAX_NAME) return deny("ERANGE", RULES.nameFits, `${nameBytes} bytes`);
  if (sizeBytes > MAX_VALUE) return deny("E2BIG", RULES.valueFits, `${sizeBytes} bytes`);
  const found = lookup(world, task, path, "nofollow");
  if (!found.ok) return found;
  const { superblock } = found.value.mount;
  if (aclNamed(name)) requireOwnFiles(superblock, "POSIX ACLs", "setAcl");
  else requireOwnFiles(superblock, "extended attributes", "setXattr");
  const writable = (mask & MAY.write) === 0 ? allow() : wantWrite(world, found.value.mount);
  return writable.ok ? found : writable;
}

/** `xattr_permission`: reading what one may not see looks like its not being there. */
function xattrPermission(world: World, task: Task, path: Path, name: string, mask: number): Verdict {
  const isWrite = (mask & MAY.write) !== 0;
  const { cred } = task;
  const file = seenThrough(world, path);
  if (isWrite && hasUnmappedId(file)) return deny("EPERM", RULES.unmappedNotWritten, showOwners(file));
  if (name.startsWith("security.") || name.startsWith("system.")) return allow();
  const hidden: Errno = isWrite ? "EPERM" : "ENODATA";
  if (name.startsWith("trusted."))
    return isNsCapable(cred, world.initUserNs, "sys_admin")
      ? allow(undefined, RULES.trustedNeedsAdmin)
      : deny(hidden, RULES.trustedNeedsAdmin);
  if (name.startsWith("user.")) {
    const { type, mode } = path.inode;
    if (type !== "file" && type !== "dir") return deny(hidden, RULES.userOnFilesAndDirectories, `it is a ${type}`);
    if (type === "dir" && isWrite && (mode & STICKY) !== 0) {
      const owns = ownsOrCapable(world, cred, path);
      if (!owns.ok) return deny("EPERM", RULES.userInStickyDirectory, owns.because);
    }
  }
  return inodePermission(world, cred, path, mask);
}

/** `cap_inode_setxattr`, `cap_inode_removexattr` */
function securityPermission(task: Task, { inode }: Path, name: string): Verdict {
  const { userNs, name: filesystem } = inode.superblock;
  if (!name.startsWith("security.") || isNsCapable(task.cred, userNs, "sys_admin")) return allow();
  return deny("EPERM", RULES.securityNeedsAdmin, `no CAP_SYS_ADMIN over ${userNs.name}, which mounted ${filesystem}`);
}

/**
 * `lsetxattr` of `security.capability`: its form is asked first of all.
 *
 * @throws UsernsError ERR_SCENARIO for an empty value
 */
function setCapabilityBytes(world: World, { cred }: Task, path: Path, value: Uint8Array): Verdict {
  if (value.length === 0)
    throw new UsernsError("ERR_SCENARIO", {
      where: CAPABILITY,
      expected: "bytes: setting it to nothing at all is not modelled",
      got: "an empty value",
      fix: "use removexattr or fcap_remove",
    });
  const given = decodeCapability(value);
  return given
    ? setFileCapability(world, cred, path, given)
    : deny("EINVAL", RULES.capabilityForm, `${value.length} bytes of another form`);
}

/**
 * Change an attribute in the name of a task, or with null remove it: `vfs_setxattr`, `vfs_removexattr`. Also what a file
 * system asks that stands on this one.
 *
 * @returns EPERM, EACCES, EINVAL, ENOTSUP, ENODATA
 * @throws  UsernsError ERR_SCENARIO for a file system below that keeps no attributes of its own
 */
export function changeXattr(world: World, task: Task, path: Path, name: string, value: Uint8Array | null): Verdict {
  const { inode } = path;
  // What a write takes away is taken away everywhere; the rest would be kept by the inode that is shown alone.
  if (name !== CAPABILITY || value) requireOwnFiles(inode.superblock, "extended attributes", "setXattr");
  const mutable = isMutable(inode);
  if (!mutable.ok) return mutable;
  if (name === CAPABILITY)
    return value ? setCapabilityBytes(world, task, path, value) : removeFileCapability(world, task.cred, path);
  for (const asked of [
    xattrPermission(world, task, path, name, MAY.write),
    securityPermission(task, path, name),
    hasHandler(inode.superblock, name),
  ])
    if (!asked.ok) return asked;
  const { operations } = inode.superblock;
  if (operations?.setXattr) return operations.setXattr(inode, name, value);
  if (!value) return inode.removeXattr(name) ? allow() : deny("ENODATA", RULES.noSuchAttribute, name);
  inode.setXattr(name, value);
  return allow();
}

/** Read an attribute in the name of a task: `vfs_getxattr`. @returns EACCES, EINVAL, ENOTSUP, ENODATA, EOVERFLOW */
export function readXattr(world: World, task: Task, path: Path, name: string): Verdict<Uint8Array> {
  if (name === CAPABILITY) {
    const held = getFileCapability(world, task.cred, path);
    return held.ok ? allow(encodeCapability(held.value), held.rule) : held;
  }
  const permitted = xattrPermission(world, task, path, name, MAY.read);
  if (!permitted.ok) return permitted;
  const { inode } = path;
  const kept = hasHandler(inode.superblock, name);
  if (!kept.ok) return kept;
  const { operations } = inode.superblock;
  if (operations?.getXattr) return operations.getXattr(inode, name);
  const value = inode.xattrs.get(name);
  return value ? allow(value) : deny("ENODATA", RULES.noSuchAttribute, name);
}

/** `lsetxattr` @source setxattr(2) */
export function setXattr(world: World, task: Task, path: PathName, name: string, value: Uint8Array): Verdict {
  const found = named(world, task, path, name, MAY.write, value.length);
  if (!found.ok) return found;
  const type = aclNamed(name);
  if (!type) return changeXattr(world, task, found.value, name, value);
  const given = givenAcl(value);
  return given.ok ? setAclOf(world, task, found.value, type, given.value) : given;
}

/** `lremovexattr` @source removexattr(2) */
export function removeXattr(world: World, task: Task, path: PathName, name: string): Verdict {
  const found = named(world, task, path, name, MAY.write);
  if (!found.ok) return found;
  const type = aclNamed(name);
  return type ? removeAclOf(world, task, found.value, type) : changeXattr(world, task, found.value, name, null);
}

/** `lgetxattr` @source getxattr(2) */
export function getXattr(world: World, task: Task, path: PathName, name: string): Verdict<Uint8Array> {
  const found = named(world, task, path, name, MAY.read);
  if (!found.ok) return found;
  const type = aclNamed(name);
  if (!type) return readXattr(world, task, found.value, name);
  const acl = getAclOf(world, task, found.value, type);
  return acl.ok ? allow(aclToBytes(acl.value), acl.rule) : acl;
}
