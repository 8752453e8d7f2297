import { pathBelow } from "./directory.ts";
import type { Inode } from "./inode.ts";

/** A mount, as far as a tree of them knows it. */
interface Mounted {
  readonly root: Inode;
}

/** A place in a tree: an inode, seen through a mount. */
interface Place<M> {
  readonly mount: M;
  readonly inode: Inode;
}

/**
 * What is mounted where, as one mount namespace has it. A scenario that names its mounts needs none: such a tree is
 * empty.
 *
 * Every mount is private: what is mounted in one namespace is seen in no other.
 *
 * @source mount_namespaces(7), "Shared subtrees": what the kernel mounts itself is private until somebody shares it
 */
export class MountTree<M extends Mounted> {
  /** What an absolute path begins at; null: nothing is mounted. */
  top: M | null = null;
  readonly #places = new Map<M, Place<M>>();
  readonly #covered = new Map<M, Map<Inode, M>>();
  readonly #locked = new Set<M>();

  /** Mount on a place, which it hides; null: the top of all. */
  attach(mount: M, on: Place<M> | null): void {
    if (on === null) {
      this.top = mount;
      return;
    }
    const { mount: parent, inode } = this.through(on);
    this.#places.set(mount, { mount: parent, inode });
    const covered = this.#covered.get(parent) ?? new Map<Inode, M>();
    this.#covered.set(parent, covered.set(inode, mount));
  }

  detach(mount: M): void {
    const place = this.#places.get(mount);
    if (!place) return;
    this.#places.delete(mount);
    this.#covered.get(place.mount)?.delete(place.inode);
  }

  /** What is seen at a place: itself, or the top of what is mounted on it last. */
  through(path: Place<M>): Place<M> {
    let at = path;
    for (let over = this.#over(at); over; over = this.#over(at)) at = { mount: over, inode: over.root };
    return at;
  }

  #over({ mount, inode }: Place<M>): M | undefined {
    return this.#covered.get(mount)?.get(inode);
  }

  /** What a mount hides; null for the top of all. */
  placeOf(mount: M): Place<M> | null {
    return this.#places.get(mount) ?? null;
  }

  /** Is anything mounted on this mount? */
  isUsed(mount: M): boolean {
    return (this.#covered.get(mount)?.size ?? 0) > 0;
  }

  /** Is something locked mounted on this mount, at a place or below it? */
  isLockedBelow({ mount, inode }: Place<M>): boolean {
    return [...(this.#covered.get(mount) ?? [])].some(
      ([place, over]) => this.isLocked(over) && pathBelow(inode, place) !== null,
    );
  }

  /** Came it from a more privileged namespace, so that it cannot be taken away to show what it hides? */
  isLocked(mount: M): boolean {
    return this.#locked.has(mount);
  }

  /** Every mount, the top first, each after the one that it is mounted on. */
  mounts(): readonly M[] {
    return this.top ? [this.top, ...this.#places.keys()] : [];
  }

  /** The same mounts for another namespace, each a mount of its own. */
  copy(isLocked: boolean): MountTree<M> {
    const copies = new Map<M, M>();
    const copyOf = (mount: M) => {
      const known = copies.get(mount) ?? { ...mount };
      copies.set(mount, known);
      return known;
    };
    const tree = new MountTree<M>();
    if (this.top) {
      tree.top = copyOf(this.top);
      if (isLocked || this.#locked.has(this.top)) tree.#locked.add(tree.top);
    }
    for (const [mount, place] of this.#places) {
      const made = copyOf(mount);
      const on = { mount: copyOf(place.mount), inode: place.inode };
      tree.#places.set(made, on);
      const covered = tree.#covered.get(on.mount) ?? new Map<Inode, M>();
      tree.#covered.set(on.mount, covered.set(on.inode, made));
      if (isLocked || this.#locked.has(mount)) tree.#locked.add(made);
    }
    return tree;
  }
}
