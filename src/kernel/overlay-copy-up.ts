import { newInode } from "./create.ts";
import { kfsidHasMapping } from "./fsid.ts";
import { ownerTable } from "./fsid-map.ts";
import type { Inode, InodeType } from "./inode.ts";
import { hasUnmappedId, seenThrough, showOwners } from "./inode-permission.ts";
import type { Path } from "./mount.ts";
import type { OverlayInodes } from "./overlay-inodes.ts";
import { notifyChange } from "./setattr.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "Documentation/filesystems/overlayfs.rst; vectors/linux-6.18/3_idmapped_mounts.json (tag overlay)";

const RULES = ruleTable({
  ownerIsKnown: {
    sentence:
      "A file is not copied up whose owner or group, as the lower mount shows them, the mounter's namespace does not map.",
    source: `${SOURCE}: EOVERFLOW`,
  },
  directoryIsMarked: {
    sentence:
      "Linux marks a directory into which something is copied up with an attribute, which none has whose owner or group the upper mount cannot show.",
    source: "Documentation/filesystems/overlayfs.rst; vectors of this project, overlays.json: EPERM",
  },
});

/** Who does the work of an overlay on its layers, and where. */
export interface OverlayWork {
  /** What the overlay is called. */
  readonly overlay: string;
  /** The mounter as it was at the mount. */
  readonly mounter: Task;
  /** The directory that it makes in the work directory; null: it cannot, and the overlay is read-only. */
  readonly directory: Path | null;
}

/** `ovl_copy_up`: the directories above first; made by the mounter, then given the bits and owners of the lower file. */
export function copyUp(world: World, inodes: OverlayInodes, work: OverlayWork, inode: Inode): Verdict<Path> {
  const layers = inodes.of(inode);
  if (layers.upper) return allow(layers.upper);
  if (!layers.lower || !layers.parent) throw new Error(`${work.overlay}: a file of no layer`);
  const above = copyUp(world, inodes, work, layers.parent);
  if (!above.ok) return above;
  const { uid, gid } = seenThrough(world, layers.lower);
  const { userNs } = work.mounter.cred;
  const table = ownerTable(inode.superblock);
  if (!kfsidHasMapping(world, userNs, "uid", uid, table) || !kfsidHasMapping(world, userNs, "gid", gid, table))
    return deny("EOVERFLOW", RULES.ownerIsKnown, `${layers.name} on ${layers.lower.mount.name}`);
  const directory = seenThrough(world, above.value);
  if (hasUnmappedId(directory)) return deny("EPERM", RULES.directoryIsMarked, showOwners(directory));
  const source = layers.lower.inode;
  const made = makeAtWork(world, work, source.type);
  const upper: Path = { mount: above.value.mount, inode: made };
  if (source.type !== "symlink") {
    const moded = notifyChange(world, work.mounter, upper, { mode: source.mode, isForced: true });
    if (!moded.ok) return moded;
  }
  const owned = notifyChange(world, work.mounter, upper, { uid, gid });
  if (!owned.ok) return owned;
  made.size = source.size;
  made.content = source.content;
  made.device = source.device;
  made.target = source.target;
  above.value.inode.entries.set(layers.name, made);
  layers.upper = upper;
  return allow(upper);
}

/** What is moved into the upper directory is made by the mounter, beside it: that one's set-group-ID bit has no say. */
export function makeAtWork(world: World, { overlay, mounter, directory: at }: OverlayWork, type: InodeType): Inode {
  if (!at) throw new Error(`${overlay}: a change of what is read-only`);
  const { mount, inode: directory } = at;
  return newInode(world, mounter, { mount, directory }, type, 0);
}
