import type { Kuid64 } from "../core/kuid64.ts";
import { createEntry, mayCreate } from "./create.ts";
import { type Cred, type CredIds, makeCred } from "./cred.ts";
import { pairOfKfsid } from "./fsid.ts";
import type { SetAttr } from "./iattr.ts";
import type { Inode, InodeOperations, Superblock } from "./inode.ts";
import { inodePermission } from "./inode-permission.ts";
import type { Path } from "./mount.ts";
import { copyUp, makeAtWork, type OverlayWork } from "./overlay-copy-up.ts";
import { entryOf, isWhiteout, type Layers, OverlayInodes } from "./overlay-inodes.ts";
import { MAY } from "./permission.ts";
import { notifyChange } from "./setattr.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  noWhiteoutMade: {
    sentence: "No whiteout is made by hand on an overlay.",
    source: "mknod(2) on a live kernel: EPERM",
  },
  mounterSearches: {
    sentence:
      "A merged directory is searched (x) and listed (r) by the mounter, who must be permitted to in each layer.",
    source: "overlayfs on a live kernel: EACCES",
  },
});

/**
 * An overlay: a superblock whose inodes show those of two others, and change the upper one.
 *
 * The task that looks is asked for permission on what is shown; the mounter's credential, kept from the mount, does the
 * work on the layers and is asked there, with the maps of the layers' own mounts. What is seen is what the layers held
 * when the overlay was made: a layer that is changed under an overlay is undefined.
 */
export class Overlay implements InodeOperations {
  readonly superblock: Superblock;
  readonly root: Inode;
  readonly #world: World;
  readonly #work: OverlayWork;
  readonly #inodes: OverlayInodes;

  constructor(world: World, work: OverlayWork, { lower, upper }: Omit<Layers, "parent" | "name">) {
    this.#world = world;
    this.#work = work;
    const { userNs } = work.mounter.cred;
    this.superblock = {
      name: work.overlay,
      type: "overlay",
      userNs,
      isReadOnly: work.directory === null,
      stackDepth: 1 + Math.max(...[lower, upper].map((layer) => layer?.inode.superblock.stackDepth ?? 0)),
      operations: this,
    };
    this.#inodes = new OverlayInodes(world, this.superblock);
    this.root = this.#inodes.show({ parent: null, name: "", lower, upper });
  }

  permission(inode: Inode, mask: number): Verdict {
    const layers = this.#inodes.of(inode);
    const real = layers.upper ?? layers.lower;
    const isCopied = !layers.upper && (mask & MAY.write) !== 0 && (inode.type === "file" || inode.type === "dir");
    const asked = isCopied ? (mask & ~MAY.write) | MAY.read : mask;
    return real ? inodePermission(this.#world, this.#work.mounter.cred, real, asked) : allow();
  }

  /** What is asked of a merged directory is asked of its upper one; a name that may be below is looked for there too. */
  lookup(directory: Inode, name: string): Verdict {
    const above = entryOf(this.#inodes.of(directory).upper, name);
    const below = above && above.inode.type !== "dir" ? allow() : this.#mayBelow(directory, MAY.exec);
    const inode = directory.entries.get(name);
    return below.ok && inode ? this.#inodes.mark(directory, inode) : below;
  }

  list(directory: Inode): Verdict {
    return this.#mayBelow(directory, MAY.read);
  }

  /** May the mounter do this to the lower directory of a merged one? */
  #mayBelow(directory: Inode, mask: number): Verdict {
    const { upper, lower } = this.#inodes.of(directory);
    if (!upper || !lower) return allow();
    const permitted = inodePermission(this.#world, this.#work.mounter.cred, lower, mask);
    return permitted.ok ? allow() : deny(permitted.errno, RULES.mounterSearches, permitted.because);
  }

  open(inode: Inode, mask: number): Verdict {
    const isCopied = (mask & MAY.write) !== 0 && inode.type === "file";
    return isCopied ? this.#changing(inode, () => allow()) : this.permission(inode, mask);
  }

  setattr(inode: Inode, attr: SetAttr): Verdict {
    return this.#changing(inode, (upper) => notifyChange(this.#world, this.#work.mounter, upper, attr));
  }

  /** The file shown is made of one in the upper directory, created by the mounter with the filesystem ids of the task. */
  create(directory: Inode, name: string, shown: Inode): Verdict {
    if (isWhiteout(shown)) return deny("EPERM", RULES.noWhiteoutMade);
    return this.#changing(directory, (upper) => {
      const { cred } = this.#work.mounter;
      const task = { ...this.#work.mounter, cred: this.#as(cred, shown) };
      const entry = { mount: upper.mount, directory: upper.inode, name, inode: null };
      const permitted = mayCreate(this.#world, task, entry);
      if (!permitted.ok) return permitted;
      const real = createEntry(this.#world, task, entry, shown.type, shown.mode, shown);
      if (!real.ok) return real;
      this.#inodes.add(shown, {
        parent: directory,
        name,
        lower: null,
        upper: { mount: upper.mount, inode: real.value },
      });
      return allow();
    });
  }

  remove(directory: Inode, name: string): Verdict {
    return this.#changing(directory, (upper) => {
      // What stands below shows again, whether or not the file was merged with it, unless something hides it.
      if (!entryOf(this.#inodes.of(directory).lower, name)) {
        upper.inode.entries.delete(name);
        return allow();
      }
      const entry = { mount: upper.mount, directory: upper.inode, name, inode: null };
      const permitted = mayCreate(this.#world, this.#work.mounter, entry);
      if (!permitted.ok) return permitted;
      upper.inode.entries.set(name, makeAtWork(this.#world, this.#work, "chr"));
      return allow();
    });
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
    const copied = copyUp(this.#world, this.#inodes, this.#work, inode);
    if (!copied.ok) return copied;
    const changed = change(copied.value);
    this.#inodes.refresh(inode);
    return changed;
  }
}
