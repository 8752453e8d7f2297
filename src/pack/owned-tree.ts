import { type Manifest, type ManifestEntry, manifestOf } from "../manifest/index.ts";

/** A tree, with what a manifest knows of it. */
export interface OwnedTree {
  readonly manifest: Manifest;
  /** Is the owner of this path the image's? Otherwise it is that of whoever built the tree. */
  isOwned(path: string): boolean;
  /** Paths that the manifest has and the tree does not. */
  readonly missing: readonly string[];
}

/** What an ordinary user cannot make stands as an empty file. */
const STAND_INS: ReadonlySet<ManifestEntry["type"]> = new Set(["chr", "blk", "fifo", "sock"]);

/**
 * Put what a manifest says of owners, modes, devices and attributes beside the paths that a tree has. What the tree has and
 * the manifest does not stays as the tree has it, and is not owned; sizes, times and links are always the tree's.
 *
 * @param tree   as it lies on a disk
 * @param known  what was said of it when it was unpacked or faked; null: nothing
 * @param name   of the result, for errors
 */
export function ownedTree(tree: Manifest, known: Manifest | null, name: string): OwnedTree {
  if (!known) return { manifest: tree, isOwned: () => false, missing: [] };
  const owned = new Set<string>();
  const entries = tree.entries.map((entry) => {
    const said = known.byPath.get(entry.path);
    if (!said || !isSameThing(entry, said)) return entry;
    owned.add(entry.path);
    const { uid, gid, mode, acls, capability, xattrs, device, type } = said;
    return {
      ...entry,
      uid,
      gid,
      mode,
      acls,
      capability,
      xattrs,
      device,
      type,
      sizeBytes: type === "file" ? entry.sizeBytes : null,
    };
  });
  return {
    manifest: manifestOf(entries, name),
    isOwned: (path) => owned.has(path),
    missing: known.entries.filter(({ path }) => !tree.byPath.has(path)).map(({ path }) => path),
  };
}

/** Is what was found what was said, or what stands for it? */
export function isSameThing(found: ManifestEntry, said: ManifestEntry): boolean {
  if (found.type === said.type) return true;
  return found.type === "file" && found.sizeBytes === 0 && STAND_INS.has(said.type);
}
