import { UsernsError } from "../core/errors.ts";
import { Inode, type Superblock } from "./inode.ts";
import { hasUnmappedId, seenThrough } from "./inode-permission.ts";
import type { Path } from "./mount.ts";
import type { World } from "./world.ts";

/** What a file of an overlay is made of. */
export interface Layers {
  readonly parent: Inode | null;
  readonly name: string;
  readonly lower: Path | null;
  upper: Path | null;
}

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
          where: this.#superblock.name,
          expected: "merged directories with an owner and a group that have a value on the upper mount",
          got: `one of ${mount.name} that has not, which is not modelled`,
        });
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
