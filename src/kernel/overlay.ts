import { UsernsError } from "../core/errors.ts";
import type { Kuid64 } from "../core/kuid64.ts";
import { createEntry, mayCreate, newInode } from "./create.ts";
import { type Cred, type CredIds, makeCred } from "./cred.ts";
import { kfsidHasMapping, pairOfKfsid } from "./fsid.ts";
import { ownerTable } from "./fsid-map.ts";
import { mayMount, type Tree } from "./idmapped-mount.ts";
import { Inode, type InodeType } from "./inode.ts";
import { creatorHasPlace, hasUnmappedId, inodePermission, seenThrough } from "./inode-permission.ts";
import { type InodeOperations, NO_FLAGS, type Path, type Superblock } from "./mount.ts";
import { lookup, type PathName } from "./path.ts";
import { MAY } from "./permission.ts";
import { notifyChange, type SetAttr } from "./setattr.ts";
import type { Task } from "./task.ts";
import type { OwnerKind } from "./user-namespace.ts";
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
  noWhiteoutMade: {
    sentence: "No whiteout is made by hand on an overlay.",
    source: "mknod(2) on a live kernel: EPERM",
  },
  mounterSearches: {
    sentence:
      "A merged directory is searched (x) and listed (r) by the mounter, who must be permitted to in each layer.",
    source: "overlayfs on a live kernel: EACCES",
  },
  ownerIsKnown: {
    sentence:
      "A file is not copied up whose owner or group, as the lower mount shows them, the mounter's namespace does not map.",
    source: `${SOURCE}: EOVERFLOW`,
  },
});

/** What a file of an overlay is made of. */
interface Layers {
  readonly parent: Inode | null;
  readonly name: string;
  readonly lower: Path | null;
  upper: Path | null;
}

/** Is it what an overlay leaves where a lower file was removed? */
function isWhiteout({ type, device }: Inode): boolean {
  return type === "chr" && device === 0;
}

/**
 * An overlay: a superblock whose inodes show those of two others, and change the upper one.
 *
 * The task that looks is asked for permission on what is shown; the mounter's credential, kept from the mount, does the
 * work on the layers and is asked there, with the maps of the layers' own mounts. What is seen is what the layers held
 * when the overlay was made: a layer that is changed under an overlay is undefined.
 */
class Overlay implements InodeOperations {
  readonly superblock: Superblock;
  readonly root: Inode;
  readonly #world: World;
  /** The mounter as it was at the mount. */
  readonly #mounter: Task;
  /** The directory that it makes in the work directory; null: it cannot, and is read-only. */
  readonly #work: Path | null;
  readonly #layers = new Map<Inode, Layers>();

  constructor(world: World, mounter: Task, name: string, { lower, upper }: FoundLayers, work: Path | null) {
    this.#world = world;
    this.#work = work;
    this.#mounter = mounter;
    const { userNs } = mounter.cred;
    this.superblock = { name, type: "overlay", userNs, isReadOnly: work === null, operations: this };
    this.root = this.#show({ parent: null, name: "", lower, upper });
  }

  permission(inode: Inode, mask: number): Verdict {
    const layers = this.#of(inode);
    const real = layers.upper ?? layers.lower;
    const isCopied = !layers.upper && (mask & MAY.write) !== 0 && (inode.type === "file" || inode.type === "dir");
    const asked = isCopied ? (mask & ~MAY.write) | MAY.read : mask;
    return real ? inodePermission(this.#world, this.#mounter.cred, real, asked) : allow();
  }

  /** What is asked of a merged directory is asked of its upper one; a name that may be below is looked for there too. */
  lookup(directory: Inode, name: string): Verdict {
    const above = entryOf(this.#of(directory).upper, name);
    return above && above.inode.type !== "dir" ? allow() : this.#mayBelow(directory, MAY.exec);
  }

  list(directory: Inode): Verdict {
    return this.#mayBelow(directory, MAY.read);
  }

  /** May the mounter do this to the lower directory of a merged one? */
  #mayBelow(directory: Inode, mask: number): Verdict {
    const { upper, lower } = this.#of(directory);
    if (!upper || !lower) return allow();
    const permitted = inodePermission(this.#world, this.#mounter.cred, lower, mask);
    return permitted.ok ? allow() : deny(permitted.errno, RULES.mounterSearches, permitted.because);
  }

  open(inode: Inode, mask: number): Verdict {
    const isCopied = (mask & MAY.write) !== 0 && inode.type === "file";
    return isCopied ? this.#changing(inode, () => allow()) : this.permission(inode, mask);
  }

  setattr(inode: Inode, attr: SetAttr): Verdict {
    return this.#changing(inode, (upper) => notifyChange(this.#world, this.#mounter, upper, attr));
  }

  /** The file shown is made of one in the upper directory, created by the mounter with the filesystem ids of the task. */
  create(directory: Inode, name: string, shown: Inode): Verdict {
    if (isWhiteout(shown)) return deny("EPERM", RULES.noWhiteoutMade);
    return this.#changing(directory, (upper) => {
      const { cred } = this.#mounter;
      const task = { ...this.#mounter, cred: this.#as(cred, shown) };
      const entry = { mount: upper.mount, directory: upper.inode, name, inode: null };
      const permitted = mayCreate(this.#world, task, entry);
      if (!permitted.ok) return permitted;
      const real = createEntry(this.#world, task, entry, shown.type, shown.mode, shown);
      if (!real.ok) return real;
      this.#layers.set(shown, {
        parent: directory,
        name,
        lower: null,
        upper: { mount: upper.mount, inode: real.value },
      });
      this.#refresh(shown);
      return allow();
    });
  }

  remove(directory: Inode, name: string): Verdict {
    return this.#changing(directory, (upper) => {
      // What stands below shows again, whether or not the file was merged with it, unless something hides it.
      if (!entryOf(this.#of(directory).lower, name)) {
        upper.inode.entries.delete(name);
        return allow();
      }
      const entry = { mount: upper.mount, directory: upper.inode, name, inode: null };
      const permitted = mayCreate(this.#world, this.#mounter, entry);
      if (!permitted.ok) return permitted;
      upper.inode.entries.set(name, this.#makeAtWork("chr"));
      return allow();
    });
  }

  #of(inode: Inode): Layers {
    const layers = this.#layers.get(inode);
    if (!layers) throw new Error(`${this.superblock.name}: an inode of another file system`);
    return layers;
  }

  /** The mounter's credential with the owners of an inode as filesystem ids. */
  #as(cred: Cred, { uid, gid }: Inode): Cred {
    const withFs = <K extends OwnerKind>(
      kind: K,
      { real, effective, saved }: CredIds<K>,
      fs: Kuid64<K>,
    ): CredIds<K> => ({
      real,
      effective,
      saved,
      ...pairOfKfsid(this.#world, cred.userNs, kind, fs),
    });
    const ids = { uid: withFs("uid", cred.uid, uid), gid: withFs("gid", cred.gid, gid) };
    return makeCred(this.#world.credColumns, { ...cred, ...ids });
  }

  /** Copy a file up if need be, change the copy, and show what became of it. A failed change leaves the copy. */
  #changing(inode: Inode, change: (upper: Path) => Verdict): Verdict {
    const copied = this.#copyUp(inode);
    if (!copied.ok) return copied;
    const changed = change(copied.value);
    this.#refresh(inode);
    return changed;
  }

  /** `ovl_copy_up`: the directories above first; made by the mounter, then given the bits and owners of the lower file. */
  #copyUp(inode: Inode): Verdict<Path> {
    const layers = this.#of(inode);
    if (layers.upper) return allow(layers.upper);
    if (!layers.lower || !layers.parent) throw new Error(`${this.superblock.name}: a file of no layer`);
    const above = this.#copyUp(layers.parent);
    if (!above.ok) return above;
    const { uid, gid } = seenThrough(this.#world, layers.lower);
    const { userNs } = this.#mounter.cred;
    const table = ownerTable(this.#world, this.superblock);
    if (
      !kfsidHasMapping(this.#world, userNs, "uid", uid, table) ||
      !kfsidHasMapping(this.#world, userNs, "gid", gid, table)
    )
      return deny("EOVERFLOW", RULES.ownerIsKnown, `${layers.name} on ${layers.lower.mount.name}`);
    const source = layers.lower.inode;
    const made = this.#makeAtWork(source.type);
    const upper: Path = { mount: above.value.mount, inode: made };
    if (source.type !== "symlink") {
      const moded = notifyChange(this.#world, this.#mounter, upper, { mode: source.mode, isForced: true });
      if (!moded.ok) return moded;
    }
    const owned = notifyChange(this.#world, this.#mounter, upper, { uid, gid });
    if (!owned.ok) return owned;
    made.size = source.size;
    made.device = source.device;
    made.target = source.target;
    above.value.inode.entries.set(layers.name, made);
    layers.upper = upper;
    return allow(upper);
  }

  /** What is moved into the upper directory is made by the mounter, beside it: that one's set-group-ID bit has no say. */
  #makeAtWork(type: InodeType): Inode {
    if (!this.#work) throw new Error(`${this.superblock.name}: a change of what is read-only`);
    const { mount, inode: directory } = this.#work;
    return newInode(this.#world, this.#mounter, { mount, directory }, type, 0);
  }

  /** An inode for a file of the layers, and for everything below it. */
  #show(layers: Layers): Inode {
    const real = layers.upper ?? layers.lower;
    if (!real) throw new Error("a file of no layer");
    const { uid, gid } = seenThrough(this.#world, real);
    const { type, mode } = real.inode;
    const inode = new Inode(this.#world.inodeColumns, { superblock: this.superblock, type, mode, uid, gid });
    this.#layers.set(inode, layers);
    this.#refresh(inode);
    const merged = [layers.upper, layers.lower].filter((path) => path?.inode.type === "dir");
    for (const name of new Set(merged.flatMap((path) => [...(path?.inode.entries.keys() ?? [])]))) {
      const child = this.#layersOf(inode, name, layers);
      if (child) inode.entries.set(name, this.#show(child));
    }
    return inode;
  }

  #layersOf(parent: Inode, name: string, above: Layers): Layers | null {
    const upper = entryOf(above.upper, name);
    if (upper && isWhiteout(upper.inode)) return null;
    const lower = entryOf(above.lower, name);
    const isMerged = !upper || (upper.inode.type === "dir" && lower?.inode.type === "dir");
    if (isMerged && upper && above.upper) this.#requireMarkable(upper, above.upper);
    return { parent, name, upper, lower: isMerged ? lower : null };
  }

  /**
   * Linux marks an upper directory that is merged with a lower one, and the one it is in, when it is first looked up.
   *
   * @throws UsernsError ERR_SCENARIO where no attribute can be set on one of them, so that it is not shown at all
   */
  #requireMarkable(...directories: readonly Path[]): void {
    for (const { mount, inode } of directories)
      if (hasUnmappedId(seenThrough(this.#world, { mount, inode })))
        throw new UsernsError("ERR_SCENARIO", {
          where: this.superblock.name,
          expected: "merged directories with an owner and a group that have a value on the upper mount",
          got: `one of ${mount.name} that has not, which is not modelled`,
        });
  }

  /** Show again what the file is made of: `ovl_copyattr`. */
  #refresh(inode: Inode): void {
    const { upper, lower } = this.#of(inode);
    const real = upper ?? lower;
    if (!real) return;
    const { uid, gid, mode } = seenThrough(this.#world, real);
    inode.setUid(uid);
    inode.setGid(gid);
    inode.mode = mode;
    inode.size = real.inode.size;
    inode.device = real.inode.device;
    inode.target = real.inode.target;
    inode.isProgram = real.inode.isProgram;
  }
}

function entryOf(directory: Path | null, name: string): Path | null {
  const inode = directory?.inode.type === "dir" ? directory.inode.entries.get(name) : undefined;
  return directory && inode ? { mount: directory.mount, inode } : null;
}

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
  const { superblock, root } = new Overlay(world, { ...task }, name, found.value, made);
  return allow({ mount: { ...NO_FLAGS, name, superblock, root, idmap: null }, attachedAt: null, locked: [] });
}

/** The directory that an overlay makes in the work directory: it keeps no bit, not even an inherited one. */
function workDirectoryIn(world: World, task: Task, { mount, inode: directory }: Path): Path {
  const inode = newInode(world, task, { mount, directory }, "dir", 0);
  inode.mode = 0;
  return { mount, inode };
}

interface FoundLayers {
  readonly lower: Path;
  readonly upper: Path;
  readonly work: Path;
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
