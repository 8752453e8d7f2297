import { CLASSICAL, type Kuid64, type OwnerKind } from "../core/index.ts";
import { checkAcl, type FileUser, MAY, type PosixAcl, STICKY } from "../kernel/index.ts";
import { asKernelAcl, folderOf, type Manifest, type ManifestEntry } from "../manifest/index.ts";
import { aclOfMode } from "./acl-with-mode.ts";
import type { Person } from "./people.ts";

/** How somebody can change what is found at a path. */
export type WayToWrite = "writes to it" | "owns it" | "can put another in its place";

/**
 * What a person without capabilities can change in a tree: he reaches a file by one of its paths (may search every folder
 * above it) and may write to it, or owns it, and so can let himself; or he may take it out of its folder and put something
 * else there, or do that with a folder above it. What the owner of a folder may not do there he lets himself.
 *
 * @source path_resolution(7); inode(7), the sticky bit; the kernel's rule for ACLs, which is asked for modes too
 */
export class Writer {
  readonly #user: FileUser;
  readonly #uid: number;
  readonly #manifest: Manifest;
  /** Groups of paths that are one file, by one of which he reaches it. */
  readonly #reachedLinks = new Set<number>();
  /** By path of a folder: does he get into it, and can he have it replaced? */
  readonly #reached = new Map<string, boolean>();
  readonly #replaced = new Map<string, boolean>();
  /** Of modes without an ACL, of which a tree has few. */
  readonly #acls = new Map<number, PosixAcl>();

  constructor(person: Person, manifest: Manifest) {
    this.#uid = person.uid;
    this.#manifest = manifest;
    this.#user = {
      uid: asKuid(person.uid),
      // A group of his is asked for by isIn alone.
      gid: asKuid([...person.gids][0] ?? person.uid),
      isIn: ({ id }) => person.gids.has(id),
    };
    for (const entry of manifest.entries)
      if (entry.linkGroup !== null && this.#canReach(parentIn(manifest, entry)))
        this.#reachedLinks.add(entry.linkGroup);
  }

  /** How he can change what is at a path; null: he cannot. */
  wayTo(entry: ManifestEntry): WayToWrite | null {
    // A symbolic link is never written to, and its owner cannot make it another.
    if (entry.type !== "symlink" && this.#reachesFile(entry)) {
      if (this.#may(entry, MAY.write)) return "writes to it";
      if (entry.uid === this.#uid) return "owns it";
    }
    return this.#canReplace(entry) ? "can put another in its place" : null;
  }

  #may({ uid, gid, mode, acls }: ManifestEntry, mask: number): boolean {
    const acl = acls.access ? asKernelAcl(acls.access) : this.#aclOf(mode);
    return checkAcl(this.#user, { uid: asKuid(uid), gid: asKuid(gid) }, acl, mask).ok;
  }

  #aclOf(mode: number): PosixAcl {
    const known = this.#acls.get(mode) ?? asKernelAcl(aclOfMode(mode));
    this.#acls.set(mode, known);
    return known;
  }

  #reachesFile(entry: ManifestEntry): boolean {
    const { linkGroup } = entry;
    return linkGroup === null ? this.#canReach(parentIn(this.#manifest, entry)) : this.#reachedLinks.has(linkGroup);
  }

  /** Does he get into this folder? Null stands for what holds the root: everybody is there. */
  #canReach(folder: ManifestEntry | null): boolean {
    if (!folder) return true;
    const known = this.#reached.get(folder.path);
    if (known !== undefined) return known;
    const mayEnter = folder.uid === this.#uid || this.#may(folder, MAY.exec);
    const reaches = mayEnter && this.#canReach(parentIn(this.#manifest, folder));
    this.#reached.set(folder.path, reaches);
    return reaches;
  }

  #canReplace(entry: ManifestEntry): boolean {
    const folder = parentIn(this.#manifest, entry);
    if (!folder) return false;
    return this.#canChange(folder, entry) || this.#isFolderReplaced(folder);
  }

  #canChange(folder: ManifestEntry, entry: ManifestEntry): boolean {
    if (!this.#canReach(folder)) return false;
    if (folder.uid === this.#uid) return true;
    return this.#may(folder, MAY.write) && ((folder.mode & STICKY) === 0 || entry.uid === this.#uid);
  }

  #isFolderReplaced(folder: ManifestEntry): boolean {
    const known = this.#replaced.get(folder.path);
    if (known !== undefined) return known;
    const isReplaced = this.#canReplace(folder);
    this.#replaced.set(folder.path, isReplaced);
    return isReplaced;
  }
}

function parentIn({ byPath }: Manifest, { path }: ManifestEntry): ManifestEntry | null {
  const folder = folderOf(path);
  return folder === null ? null : (byPath.get(folder) ?? null);
}

/** Nothing but equality is asked of these ids: those of the image stand for the kernel's. */
function asKuid<K extends OwnerKind>(id: number): Kuid64<K> {
  return { id, number: CLASSICAL };
}
