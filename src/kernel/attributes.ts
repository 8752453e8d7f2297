import { UsernsError } from "../core/errors.ts";
import { NO_ID, type UserId } from "../core/id.ts";
import { isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { filesystemType } from "./filesystem-type.ts";
import { makeKfsid } from "./fsid.ts";
import { lacking, type OwnerTable, ownerTable } from "./fsid-map.ts";
import { inodePermission, wantWrite } from "./inode-permission.ts";
import { privsToRemove, setgidToDrop } from "./kill-priv.ts";
import { fromVfsid } from "./mnt-idmapping.ts";
import { MODE_BITS, SETUID } from "./mode.ts";
import type { Path } from "./mount.ts";
import { type LastLink, lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import { notifyChange } from "./setattr.ts";
import type { Task } from "./task.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";
import { getWriteAccess } from "./write-access.ts";

const RULES = ruleTable({
  newOwnerMapped: {
    sentence: "The new owner must be mapped in the caller's namespace; this is asked first of all.",
    source: "chown(2); vectors/linux-6.18/2_id_translation.json (tag chown)",
  },
  onlyFilesTruncated: { sentence: "Only a regular file can be truncated.", source: "truncate(2): EISDIR, EINVAL" },
  sizeNotNegative: {
    sentence: "No file has fewer than no bytes; this is asked first of all.",
    source: "truncate(2): EINVAL",
  },
  nothingToTouch: {
    sentence: "Leaving both times alone asks nothing of the file.",
    source: "utimensat(2), UTIME_OMIT",
  },
});

/** The file that a call is going to change. */
function changeable(world: World, task: Task, path: PathName, last: LastLink): Verdict<Path> {
  const found = lookup(world, task, path, last);
  if (!found.ok) return found;
  const writable = wantWrite(world, found.value.mount);
  return writable.ok ? found : writable;
}

/** `chmod`; a symbolic link is followed. @source chmod(2) */
export function changeMode(world: World, task: Task, path: PathName, mode: number): Verdict {
  const found = changeable(world, task, path, "follow");
  return found.ok ? notifyChange(world, task, found.value, { mode: mode & MODE_BITS }) : found;
}

/** An id of chown: null leaves it alone, and so does NO_ID. */
export type NewOwner<K extends OwnerKind> = UserId<K> | null;

/** `chown` and `lchown` @source chown(2) */
export function changeOwner(
  world: World,
  task: Task,
  path: PathName,
  owner: NewOwner<"uid">,
  group: NewOwner<"gid">,
  last: LastLink = "nofollow",
): Verdict {
  const found = changeable(world, task, path, last);
  if (!found.ok) return found;
  const table = ownerTable(found.value.mount.superblock);
  const uid = newOwner(world, task, "uid", owner, table);
  if (!uid.ok) return uid;
  const gid = newOwner(world, task, "gid", group, table);
  if (!gid.ok) return gid;
  const { mount } = found.value;
  const guarded = world.pathGuard?.mayChown(task, found.value, {
    ...(uid.value ? { uid: fromVfsid(world, mount, "uid", uid.value) } : {}),
    ...(gid.value ? { gid: fromVfsid(world, mount, "gid", gid.value) } : {}),
  });
  if (guarded && !guarded.ok) return guarded;
  const isDirectory = found.value.inode.type === "dir";
  return notifyChange(world, task, found.value, {
    ...(uid.value ? { uid: uid.value } : {}),
    ...(gid.value ? { gid: gid.value } : {}),
    dropBits: isDirectory ? 0 : SETUID | setgidToDrop(world, task, found.value),
    dropCapability: !isDirectory,
  });
}

function newOwner<K extends OwnerKind>(
  world: World,
  { cred }: Task,
  kind: K,
  id: NewOwner<K>,
  table: OwnerTable,
): Verdict<Kuid64<K> | null> {
  if (id === null || id === NO_ID) return allow(null);
  const kid = makeKfsid(world, cred.userNs, kind, id, table);
  const known = isValidKuid64(kid)
    ? allow(kid, RULES.newOwnerMapped)
    : deny(
        "EINVAL",
        RULES.newOwnerMapped,
        `${kind} ${id} is not mapped in ${lacking(world, cred.userNs, kind, table)}`,
      );
  world.trail?.add(`name ${kind} ${id} in`, cred.userNs.name, known, known.ok ? showKuid64(kid) : "");
  return known;
}

/** What utimensat is told of the two times; `null` gives no times. */
export const TOUCH_NAMES = ["null", "now", "set", "atime_now_mtime_omit", "atime_now_mtime_set", "both_omit"] as const;
export type TouchName = (typeof TOUCH_NAMES)[number];

/** The permission each asks for; null: none. */
const TOUCHES: { readonly [Name in TouchName]: "now" | "set" | null } = {
  null: "now",
  now: "now",
  set: "set",
  atime_now_mtime_omit: "set",
  atime_now_mtime_set: "set",
  both_omit: null,
};

/** `utimensat`. @source utimensat(2) */
export function changeTimes(world: World, task: Task, path: PathName, how: TouchName, last: LastLink): Verdict {
  const times = TOUCHES[how];
  if (times === null) return allow(undefined, RULES.nothingToTouch);
  const found = changeable(world, task, path, last);
  return found.ok ? notifyChange(world, task, found.value, { times }) : found;
}

/** `truncate`; a symbolic link is followed. @source truncate(2) */
export function truncatePath(world: World, task: Task, path: PathName, size: number): Verdict {
  if (size < 0) return deny("EINVAL", RULES.sizeNotNegative, String(size));
  const found = lookup(world, task, path, "follow");
  if (!found.ok) return found;
  const { inode } = found.value;
  if (inode.type !== "file") return deny(inode.type === "dir" ? "EISDIR" : "EINVAL", RULES.onlyFilesTruncated);
  const permitted = inodePermission(world, task.cred, found.value, MAY.write);
  if (!permitted.ok) return permitted;
  const writable = wantWrite(world, found.value.mount);
  if (!writable.ok) return writable;
  const free = getWriteAccess(world, inode);
  if (!free.ok) return free;
  return setSize(world, task, found.value, size, "as asked");
}

/** The bytes without which a file is no program: an ELF header. */
const PROGRAM_HEADER = 64;

/**
 * Cut or grow a file: `do_truncate`. Set-id bits and capabilities go with the old content; XFS leaves a file alone that
 * was empty and shall be, unless the opening of the file asked for it.
 */
export function setSize(world: World, task: Task, path: Path, size: number, when: "as asked" | "at open"): Verdict {
  const { inode } = path;
  if (inode.isProgram && size >= PROGRAM_HEADER)
    throw new UsernsError("ERR_SCENARIO", {
      where: path.mount.name,
      expected: `a program that is cut to less than ${PROGRAM_HEADER} bytes, and is none any more`,
      got: `${size} bytes: whether what is left of a program runs is not modelled`,
    });
  const removed = privsToRemove(world, task, path);
  const isIgnored =
    when === "as asked" &&
    size === 0 &&
    inode.size === 0 &&
    !inode.isProgram &&
    filesystemType(inode.superblock.type).ignoresEmptyTruncate;
  return notifyChange(world, task, path, isIgnored ? { ...removed, dropBits: 0 } : { ...removed, size });
}
