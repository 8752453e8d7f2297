import { Inode, type Superblock } from "./inode.ts";
import { hasUnmappedId, seenThrough, showOwners } from "./inode-permission.ts";
import type { Path } from "./mount.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/** What a file of an overlay is made of. */
export interface Layers {
  readonly parent: Inode | null;
  readonly name: string;
  readonly lower: Path | null;
  upper: Path | null;
  /** Of a merged directory: has the upper one been told which lower one it goes with? */
  isMarked?: boolean;
}

const RULES = ruleTable({
  holderIsMarked: {
    sentence:
      "Linux marks a directory that holds a merged one when that is looked up, and none takes the mark whose owner or group the upper mount cannot show; what is looked up again may be there.",
    source: "Documentation/filesystems/overlayfs.rst; vectors of this project, overlays.json: EPERM",
  },
});

/** Is it what an overlay leaves where a lower file was removed? */
export function isWhiteout({ type, device }: Inode): boolean {
  return type === "chr" && device === 0;
}

/** What a layer has under a name of a directory. */
export function entryOf(directory: Path | null, name: string): Path | null {
  const inode = directory?.inode.type === "dir" ? directory.inode.entries.get(name) : undefined;
  return directory && inode ? { mount: directory.mount, inode } : null;
}

/** The inodes that an overlay shows, each with what it is made of. */
export class OverlayInodes {
  readonly #world: World;
  readonly #superblock: Superblock;
  readonly #layers = new Map<Inode, Layers>();

  constructor(world: World, superblock: Superblock) {
    this.#world = world;
    this.#superblock = superblock;
  }

  /** @throws for an inode of another file system */
  of(inode: Inode): Layers {
    const layers = this.#layers.get(inode);
    if (!layers) throw new Error(`${this.#superblock.name}: an inode of another file system`);
    return layers;
  }

  /** An inode was made of these layers by a call: show them. */
  add(inode: Inode, layers: Layers): void {
    this.#layers.set(inode, layers);
    this.refresh(inode);
  }

  /** An inode for a file of the layers, and for everything below it. */
  show(layers: Layers): Inode {
    const real = layers.upper ?? layers.lower;
    if (!real) throw new Error("a file of no layer");
    const { uid, gid } = seenThrough(this.#world, real);
    const { type, mode } = real.inode;
    const inode = new Inode(this.#world.inodeColumns, { superblock: this.#superblock, type, mode, uid, gid });
    this.add(inode, layers);
    const merged = [layers.upper, layers.lower].filter((path) => path?.inode.type === "dir");
    for (const name of new Set(merged.flatMap((path) => [...(path?.inode.entries.keys() ?? [])]))) {
      const child = this.#layersOf(inode, name, layers);
      if (child) inode.entries.set(name, this.show(child));
    }
    return inode;
  }

  #layersOf(parent: Inode, name: string, above: Layers): Layers | null {
    const upper = entryOf(above.upper, name);
    if (upper && isWhiteout(upper.inode)) return null;
    const lower = entryOf(above.lower, name);
    const isMerged = !upper || (upper.inode.type === "dir" && lower?.inode.type === "dir");
    return { parent, name, upper, lower: isMerged ? lower : null };
  }

  /**
   * A directory is looked at: where it is merged, the upper one is told which lower one it goes with, and then the
   * directory above that it holds such a one. What was told once stays, whatever became of the look.
   *
   * @returns EPERM where the directory above has an owner or a group that the upper mount cannot show
   */
  mark(directory: Inode, inode: Inode): Verdict {
    const layers = this.of(inode);
    const { upper, lower } = layers;
    const above = this.of(directory).upper;
    if (!above || upper?.inode.type !== "dir" || !lower || layers.isMarked) return allow();
    layers.isMarked = !hasUnmappedId(seenThrough(this.#world, upper));
    const holder = seenThrough(this.#world, above);
    return hasUnmappedId(holder) ? deny("EPERM", RULES.holderIsMarked, showOwners(holder)) : allow();
  }

  /** Show again what the file is made of: `ovl_copyattr`. */
  refresh(inode: Inode): void {
    const { upper, lower } = this.of(inode);
    const real = upper ?? lower;
    if (!real) return;
    const { uid, gid, mode } = seenThrough(this.#world, real);
    inode.setUid(uid);
    inode.setGid(gid);
    inode.mode = mode;
    inode.size = real.inode.size;
    inode.content = real.inode.content;
    inode.device = real.inode.device;
    inode.target = real.inode.target;
    inode.isProgram = real.inode.isProgram;
  }
}
