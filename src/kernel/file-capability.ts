import { NO_ID } from "../core/id.ts";
import { isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { decodeCapability, encodeCapability, type FileCapability } from "./capability-xattr.ts";
import type { Cred } from "./cred.ts";
import { fromKfsid, makeKfsid } from "./fsid.ts";
import { lacking, type OwnerTable, ownerTable } from "./fsid-map.ts";
import type { Inode } from "./inode.ts";
import { seenThrough, showOwners } from "./inode-permission.ts";
import { fromVfsid, makeVfsid } from "./mnt-idmapping.ts";
import type { Path } from "./mount.ts";
import { isNsCapable } from "./ns-capable.ts";
import { isCapableOver } from "./permission.ts";
import type { UserNamespace } from "./user-namespace.ts";
import { allow, deny, type Rule, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";
import { CAPABILITY, hasHandler } from "./xattr-handler.ts";

const SET = "capabilities(7), Namespaced file capabilities; vectors/linux-6.18/4_acl_fcap.json (tag fcap-set)";
const GET = "capabilities(7), Namespaced file capabilities; vectors/linux-6.18/4_acl_fcap.json (tag fcap-get)";

const RULES = ruleTable({
  fcapNeedsSetfcap: {
    sentence:
      "A file's capabilities are set and removed with CAP_SETFCAP where both the file's ids are mapped in the caller's namespace.",
    source: SET,
  },
  fcapKeptAsGiven: {
    sentence:
      "Version 2, given through a plain mount by someone with CAP_SETFCAP over the namespace that owns the file system, is kept as it is given.",
    source: SET,
  },
  fcapBoundToRoot: {
    sentence:
      "Any other is kept as version 3: bound to the root id it names, or to uid 0 of the caller's namespace, as the disk counts it.",
    source: `${SET}; vectors/linux-6.18/4_acl_fcap.json (tag fcap-idmap)`,
  },
  fcapRootKnown: {
    sentence: "The root id of a file's capabilities must be mapped in the caller's namespace.",
    source: SET,
  },
  fcapRootHasPlace: {
    sentence:
      "The mount and the namespace that owns the file system must be able to hold the root id of a file's capabilities.",
    source: `${SET}; vectors/linux-6.18/4_acl_fcap.json (tag fcap-suserns)`,
  },
  fcapShownWithRoot: {
    sentence: "Capabilities bound to a root id that the reader has another number for than 0 are shown with that id.",
    source: GET,
  },
  fcapShownAsOwn: {
    sentence:
      "Capabilities bound to uid 0 of the reader's namespace or of one above it are shown as version 2, without a root id.",
    source: GET,
  },
  fcapForeign: { sentence: "Capabilities bound to any other root id are not shown.", source: `${GET}: EOVERFLOW` },
  fcapCounts: {
    sentence: "A file's capabilities count where their root is uid 0 of the task's namespace or of one above it.",
    source: "capabilities(7), Namespaced file capabilities; vectors/linux-6.18/4_acl_fcap.json (tag fcap-exec)",
  },
  noFcap: { sentence: "The file has no capabilities.", source: "getxattr(2), ENODATA" },
});

/**
 * Set a file's capabilities: `cap_convert_nscap`, and the attribute kept as it leaves it.
 *
 * @param given  with a root id of the caller's namespace
 * @returns      EPERM, EINVAL
 */
export function setFileCapability(world: World, cred: Cred, path: Path, given: FileCapability): Verdict {
  const { mount, inode } = path;
  const { userNs } = mount.superblock;
  const permitted = maySetfcap(world, cred, path);
  if (!permitted.ok) return permitted;
  if (given.version === 2 && mount.idmap === null && isNsCapable(cred, userNs, "setfcap")) {
    return keep(inode, given, RULES.fcapKeptAsGiven);
  }
  const table = ownerTable(mount.superblock);
  const root = makeKfsid(world, cred.userNs, "uid", given.rootId, table);
  if (!isValidKuid64(root))
    return deny(
      "EINVAL",
      RULES.fcapRootKnown,
      `uid ${given.rootId} is not mapped in ${lacking(world, cred.userNs, "uid", table)}`,
    );
  const kept = fromVfsid(world, mount, "uid", root);
  const rootId = isValidKuid64(kept) ? fromKfsid(world, userNs, "uid", kept, table) : NO_ID;
  if (rootId === NO_ID)
    return deny(
      "EINVAL",
      RULES.fcapRootHasPlace,
      `${showKuid64(root, "v")} has no place on ${mount.name}, owned by ${userNs.name}`,
    );
  return keep(inode, { ...given, version: 3, rootId }, RULES.fcapBoundToRoot);
}

function keep(inode: Inode, capability: FileCapability, rule: Rule): Verdict {
  const kept = hasHandler(inode.superblock, CAPABILITY);
  if (!kept.ok) return kept;
  const { operations } = inode.superblock;
  if (operations?.setXattr) return operations.setXattr(inode, CAPABILITY, encodeCapability(capability));
  inode.capability = capability;
  return allow(undefined, rule);
}

/** Remove a file's capabilities: `cap_inode_removexattr`. @returns EPERM, ENODATA */
export function removeFileCapability(world: World, cred: Cred, path: Path): Verdict {
  const permitted = maySetfcap(world, cred, path);
  if (!permitted.ok) return permitted;
  const kept = hasHandler(path.inode.superblock, CAPABILITY);
  if (!kept.ok) return kept;
  const { operations } = path.inode.superblock;
  const removed = operations?.setXattr?.(path.inode, CAPABILITY, null) ?? removeOwn(path.inode);
  return removed.ok ? permitted : removed;
}

function removeOwn(inode: Inode): Verdict {
  if (!inode.capability) return deny("ENODATA", RULES.noFcap);
  inode.capability = null;
  return allow();
}

function maySetfcap(world: World, cred: Cred, path: Path): Verdict {
  const file = seenThrough(world, path);
  if (isCapableOver(world, cred, file, "setfcap")) return allow(undefined, RULES.fcapNeedsSetfcap);
  const isHeld = isNsCapable(cred, cred.userNs, "setfcap");
  return deny("EPERM", RULES.fcapNeedsSetfcap, isHeld ? showOwners(file) : "no CAP_SETFCAP");
}

/** What an inode has as `security.capability`: its own, or what its file system reads elsewhere. @returns ENODATA, EOVERFLOW */
function heldBy(inode: Inode): Verdict<FileCapability> {
  const told = inode.superblock.operations?.getXattr?.(inode, CAPABILITY);
  if (told && !told.ok) return told;
  const held = told ? decodeCapability(told.value) : inode.capability;
  return held ? allow(held) : deny("ENODATA", RULES.noFcap);
}

/** Has the file capabilities that a change of it takes away: `cap_inode_need_killpriv`. */
export function hasFileCapability(inode: Inode): boolean {
  return heldBy(inode).ok;
}

/**
 * A file's capabilities as the reader is shown them: `cap_inode_getsecurity`. Whoever reaches the file may read them.
 *
 * @returns with a root id of the reader's namespace; EOVERFLOW, ENODATA
 */
export function getFileCapability(world: World, cred: Cred, path: Path): Verdict<FileCapability> {
  const kept = hasHandler(path.inode.superblock, CAPABILITY);
  if (!kept.ok) return kept;
  const held = heldBy(path.inode);
  if (!held.ok) return held;
  const root = rootOf(world, path, held.value);
  const table = ownerTable(path.mount.superblock);
  const rootId = fromKfsid(world, cred.userNs, "uid", root, table);
  if (rootId !== NO_ID && rootId !== 0) return allow({ ...held.value, version: 3, rootId }, RULES.fcapShownWithRoot);
  if (isRootFor(world, cred.userNs, root, table))
    return allow({ ...held.value, version: 2, rootId: 0 }, RULES.fcapShownAsOwn);
  return deny(
    "EOVERFLOW",
    RULES.fcapForeign,
    `${showKuid64(root, "v")} is not root of ${cred.userNs.name} or of one above it`,
  );
}

/**
 * A file's capabilities where they count for a task: `get_vfs_caps_from_disk`. They do where their root is uid 0 of the
 * task's namespace or of one above it.
 *
 * @returns null where there are none, or none that count; EOVERFLOW where the file system cannot tell
 */
export function honouredCapability(world: World, cred: Cred, path: Path): Verdict<FileCapability | null> {
  const held = heldBy(path.inode);
  if (!held.ok) return held.errno === "ENODATA" ? allow(null) : held;
  const root = rootOf(world, path, held.value);
  const ok = isRootFor(world, cred.userNs, root, ownerTable(path.mount.superblock));
  world.trail?.add(
    "honour the capabilities of",
    path,
    { ok, rule: RULES.fcapCounts },
    `bound to ${showKuid64(root, "v")}`,
  );
  return allow(ok ? held.value : null);
}

/** The root that capabilities are bound to, as the mount shows it. */
function rootOf(world: World, { mount }: Path, { rootId }: FileCapability): Kuid64<"uid"> {
  const { superblock } = mount;
  const kept = makeKfsid(world, superblock.userNs, "uid", rootId, ownerTable(superblock));
  return makeVfsid(world, mount, "uid", kept);
}

/** `rootid_owns_currentns` */
function isRootFor(world: World, userNs: UserNamespace, root: Kuid64<"uid">, table: OwnerTable): boolean {
  for (let ns: UserNamespace | null = userNs; ns; ns = ns.parent)
    if (fromKfsid(world, ns, "uid", root, table) === 0) return true;
  return false;
}

/**
 * Drop a file's capabilities: `cap_inode_killpriv`. A change of owner, a write and a truncation that were permitted do
 * it, whoever makes them; directories are not asked.
 *
 * @returns what a file system says that keeps its files on others
 * @source  capabilities(7); vectors/linux-6.18/4_acl_fcap.json (tag fcap-kill)
 */
export function killFileCapability(inode: Inode): Verdict {
  const { operations } = inode.superblock;
  if (operations?.setXattr && hasFileCapability(inode)) return operations.setXattr(inode, CAPABILITY, null);
  inode.capability = null;
  return allow();
}
