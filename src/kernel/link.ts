import { freeEntry, mayCreate } from "./create.ts";
import { addEntry } from "./directory.ts";
import { requireOwnFiles } from "./inode.ts";
import { hasUnmappedId, inodePermission, ownsOrCapable, seenThrough, showOwners } from "./inode-permission.ts";
import { GROUP_EXEC, SETGID, SETUID } from "./mode.ts";
import type { Path } from "./mount.ts";
import { hasOperation } from "./name-operations.ts";
import { lookup } from "./path.ts";
import { guardsCreate } from "./path-guard.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  sameMount: {
    sentence: "Both names must be on one mount, not only on one file system; this is asked before any permission.",
    source: "link(2): EXDEV; vectors/linux-6.18/3_idmapped_mounts.json (tag crossmount)",
  },
  unmappedNotLinked: {
    sentence: "A file with an owner or group that has no value on the mount gets no further name.",
    source: "vectors/linux-6.18/3_idmapped_mounts.json (tag crossmount)",
  },
  safeSource: {
    sentence:
      "Whoever neither owns a file nor has CAP_FOWNER over its owner links only what it may read and write: a regular file, neither set-user-ID nor a set-group-ID program.",
    source: "proc_sys_fs(5), protected_hardlinks = 1; vectors/linux-6.18/8_vfs_permission.json (tag hardlink)",
  },
  directoryNotLinked: { sentence: "A directory has one name.", source: "link(2): EPERM" },
});

/** `link`; a symbolic link is itself linked. @source link(2) */
export function linkPath(world: World, task: Task, path: PathName, to: PathName): Verdict {
  const found = lookup(world, task, path, "nofollow");
  if (!found.ok) return found;
  const entry = freeEntry(world, task, to, "file");
  if (!entry.ok) return entry;
  const { mount } = found.value;
  if (mount !== entry.value.mount) return deny("EXDEV", RULES.sameMount, `${mount.name} and ${entry.value.mount.name}`);
  requireOwnFiles(mount.superblock, "link", "link");
  const linkable = mayLink(world, task, found.value);
  if (!linkable.ok) return linkable;
  const guarded = guardsCreate(world, task, mount);
  if (!guarded.ok) return guarded;
  const permitted = mayCreate(world, task, entry.value);
  if (!permitted.ok) return permitted;
  const { inode } = found.value;
  const made = hasOperation(entry.value.directory, "link");
  if (!made.ok) return made;
  if (inode.type === "dir") return deny("EPERM", RULES.directoryNotLinked);
  const kept = mount.superblock.operations?.link?.(entry.value.directory, entry.value.name, inode) ?? allow();
  if (!kept.ok) return kept;
  addEntry(entry.value.directory, entry.value.name, inode);
  inode.links++;
  return allow();
}

/** `may_linkat` */
function mayLink(world: World, task: Task, path: Path): Verdict {
  const file = seenThrough(world, path);
  if (hasUnmappedId(file)) return deny("EOVERFLOW", RULES.unmappedNotLinked, showOwners(file));
  const isGroupProgram = (file.mode & (SETGID | GROUP_EXEC)) === (SETGID | GROUP_EXEC);
  const isPlain = path.inode.type === "file" && (file.mode & SETUID) === 0 && !isGroupProgram;
  if (isPlain && inodePermission(world, task.cred, path, MAY.read | MAY.write).ok)
    return allow(undefined, RULES.safeSource);
  const owns = ownsOrCapable(world, task.cred, path);
  return owns.ok ? owns : deny("EPERM", RULES.safeSource, owns.because);
}
