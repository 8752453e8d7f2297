import type { Inode } from "./inode.ts";
import type { Mount, MountNamespace, Path } from "./mount.ts";
import type { UserNamespace } from "./user-namespace.ts";

/**
 * What is mounted where, as one mount namespace has it. A scenario that names its mounts needs none: such a tree is
 * empty.
 *
 * Every mount is private: what is mounted in one namespace is seen in no other.
 *
 * @source mount_namespaces(7), "Shared subtrees": what the kernel mounts itself is private until somebody shares it
 */
export class MountTree {
  /** What an absolute path begins at; null: nothing is mounted. */
  top: Mount | null = null;
  readonly #places = new Map<Mount, Path>();
  readonly #covered = new Map<Mount, Map<Inode, Mount>>();
  readonly #locked = new Set<Mount>();

  /** Mount on a place, which it hides; null: the top of all. */
  attach(mount: Mount, on: Path | null): void {
    if (on === null) {
      this.top = mount;
      return;
    }
    const { mount: parent, inode } = this.through(on);
    this.#places.set(mount, { mount: parent, inode });
    const covered = this.#covered.get(parent) ?? new Map<Inode, Mount>();
    this.#covered.set(parent, covered.set(inode, mount));
  }

  detach(mount: Mount): void {
    const place = this.#places.get(mount);
    if (!place) return;
    this.#places.delete(mount);
    this.#covered.get(place.mount)?.delete(place.inode);
  }

  /** What is seen at a place: itself, or the top of what is mounted on it last. */
  through(path: Path): Path {
    let at = path;
    for (let over = this.#over(at); over; over = this.#over(at)) at = { mount: over, inode: over.root };
    return at;
  }

  #over({ mount, inode }: Path): Mount | undefined {
    return this.#covered.get(mount)?.get(inode);
  }

  /** Is anything mounted on this mount? */
  isUsed(mount: Mount): boolean {
    return (this.#covered.get(mount)?.size ?? 0) > 0;
  }

  /** Came it from a more privileged namespace, so that it cannot be taken away to show what it hides? */
  isLocked(mount: Mount): boolean {
    return this.#locked.has(mount);
  }

  /** Every mount, the top first, each after the one that it is mounted on. */
  mounts(): readonly Mount[] {
    return this.top ? [this.top, ...this.#places.keys()] : [];
  }

  /** The same mounts for another namespace, each a mount of its own. */
  copy(isLocked: boolean): MountTree {
    const copies = new Map<Mount, Mount>();
    const copyOf = (mount: Mount) => {
      const known = copies.get(mount) ?? { ...mount };
      copies.set(mount, known);
      return known;
    };
    const tree = new MountTree();
    if (this.top) {
      tree.top = copyOf(this.top);
      if (isLocked || this.#locked.has(this.top)) tree.#locked.add(tree.top);
    }
    for (const [mount, place] of this.#places) {
      const made = copyOf(mount);
      const on = { mount: copyOf(place.mount), inode: place.inode };
      tree.#places.set(made, on);
      const covered = tree.#covered.get(on.mount) ?? new Map<Inode, Mount>();
      tree.#covered.set(on.mount, covered.set(on.inode, made));
      if (isLocked || this.#locked.has(mount)) tree.#locked.add(made);
    }
    return tree;
  }
}

/**
 * A mount namespace with copies of the mounts of another.
 *
 * @source mount_namespaces(7), "Restrictions on mount namespaces": with another owner all that came over is locked
 */
export function copyMountNamespace(of: MountNamespace, name: string, userNs: UserNamespace): MountNamespace {
  return { name, userNs, tree: of.tree.copy(userNs !== of.userNs) };
}
