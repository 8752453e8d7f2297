import { UsernsError } from "../core/errors.ts";
import { newInode } from "./create.ts";
import { mayMount, type Tree } from "./idmapped-mount.ts";
import type { Inode } from "./inode.ts";
import { creatorHasPlace, inodePermission } from "./inode-permission.ts";
import { NO_FLAGS, type Path } from "./mount.ts";
import { Overlay } from "./overlay.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "Documentation/filesystems/overlayfs.rst; vectors/linux-6.18/3_idmapped_mounts.json (tag overlay)";

const RULES = ruleTable({
  oneMountForUpper: { sentence: "Upper and work directory are on one mount.", source: `${SOURCE}: EINVAL` },
  onlyDirectories: { sentence: "An overlay is made of directories.", source: `${SOURCE}: EINVAL` },
  upperIsWritable: { sentence: "The upper directory is not on a read-only mount.", source: `${SOURCE}: EINVAL` },
  workDirectoryUsed: {
    sentence:
      "The mounter must get into the directory of mode 0 that it makes in the work directory: CAP_DAC_OVERRIDE.",
    source: "overlayfs on a live kernel: EACCES",
  },
});

/** Where the directories of an overlay are. */
export interface OverlayParts {
  readonly lower: PathName;
  readonly upper: PathName;
  readonly work: PathName;
}

/**
 * Make and mount an overlay of one lower directory. Where the mounter cannot make its directory in the work directory,
 * the overlay is read-only.
 *
 * @throws UsernsError ERR_SCENARIO for a layer with ACLs, capabilities or attributes, which are not modelled there
 * @source Documentation/filesystems/overlayfs.rst
 */
export function mountOverlay(world: World, task: Task, parts: OverlayParts, name: string): Verdict<Tree> {
  const may = mayMount(task);
  if (!may.ok) return may;
  const found = findLayers(world, task, parts);
  if (!found.ok) return found;
  const { lower, upper, work } = found.value;
  if ([lower, upper, work].some(({ inode }) => inode.type !== "dir")) return deny("EINVAL", RULES.onlyDirectories);
  if (upper.mount !== work.mount) return deny("EINVAL", RULES.oneMountForUpper);
  if (upper.mount.isReadOnly || upper.mount.superblock.isReadOnly) return deny("EINVAL", RULES.upperIsWritable);
  for (const layer of [lower, upper]) refuseExtras(layer.inode, name);
  const isWritable =
    creatorHasPlace(world, task.cred, work.mount).ok &&
    inodePermission(world, task.cred, work, MAY.write | MAY.exec).ok;
  const made = isWritable ? workDirectoryIn(world, task, work) : null;
  if (made && !inodePermission(world, task.cred, made, MAY.write | MAY.exec).ok)
    return deny("EACCES", RULES.workDirectoryUsed);
  const { superblock, root } = new Overlay(
    world,
    { overlay: name, mounter: { ...task }, directory: made },
    found.value,
  );
  return allow({ mount: { ...NO_FLAGS, name, superblock, root, idmap: null }, attachedAt: null, locked: [] });
}

/** The directory that an overlay makes in the work directory: it keeps no bit, not even an inherited one. */
function workDirectoryIn(world: World, task: Task, { mount, inode: directory }: Path): Path {
  const inode = newInode(world, task, { mount, directory }, "dir", 0);
  inode.mode = 0;
  return { mount, inode };
}

function findLayers(world: World, task: Task, parts: OverlayParts): Verdict<FoundLayers> {
  const lower = lookup(world, task, parts.lower, "follow");
  if (!lower.ok) return lower;
  const upper = lookup(world, task, parts.upper, "follow");
  if (!upper.ok) return upper;
  const work = lookup(world, task, parts.work, "follow");
  return work.ok ? allow({ lower: lower.value, upper: upper.value, work: work.value }) : work;
}

function refuseExtras(inode: Inode, name: string): void {
  const { access, default: inherited } = inode.acls;
  if (access || inherited || inode.capability || inode.xattrs.size > 0)
    throw new UsernsError("ERR_SCENARIO", {
      where: name,
      expected: "layers without ACLs, file capabilities and extended attributes, which are not modelled in an overlay",
      got: "a layer with some",
    });
  for (const entry of inode.entries.values()) refuseExtras(entry, name);
}

interface FoundLayers {
  readonly lower: Path;
  readonly upper: Path;
  readonly work: Path;
}
