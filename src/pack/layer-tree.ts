import { NO_ID, quoted } from "../core/index.ts";
import type { RunningHash } from "../image/index.ts";
import {
  canonicalPath,
  entryOf,
  folderOf,
  type ManifestEntry,
  MOST_PATH_BYTES,
  pathOfBytes,
  ROOT_PATH,
  xattrsOfFields,
} from "../manifest/index.ts";
import type { RefuseEntry, TarEntry } from "../shift/index.ts";
import { entryOfTar } from "./tar-fields.ts";

/**
 * Makes on a disk what a layer holds. Every folder on the way to a path is one that was made here before, nothing is
 * at a path that is made, and everything belongs to whoever runs this.
 */
export interface TreeMaker {
  /** @param mode  as the layer has it: what a disk of the caller's can have of it is the maker's to say */
  folder(path: string, mode: number): void;
  /** An empty file, whose bytes follow. */
  file(path: string, mode: number): void;
  /** More bytes of the file made last. They are not to be kept. */
  bytes(piece: Uint8Array): void;
  symlink(path: string, target: string): void;
  /** A second path of what is at `to`, which is no folder; a symbolic link there is not followed. */
  link(path: string, to: string): void;
  remove(path: string, isFolder: boolean): void;
}

/** What the layer says of one file, whichever paths it has. */
interface LayerFile {
  /** At the first of its paths that there was. */
  entry: ManifestEntry;
  /** How many paths it has. */
  links: number;
}

/** More paths than this no layer has that somebody made. Each is kept in memory: a million take two gigabytes. */
const MOST_PATHS = 1_000_000;
/** The same of what is kept of them: bytes of paths, link targets and attributes. */
const MOST_KEPT_BYTES = 128 << 20;

/** What a folder is that entries lie in and none is about; and the root, where none is about it. */
const UNSAID_MODE = 0o755;

/**
 * The tree of one layer, made entry by entry, and who owns what in it.
 *
 * A path of the archive counts from the root of the tree, whether it begins with a slash or not. No path leads through
 * anything but folders of this very layer: what lies below a symbolic link is refused, wherever that leads.
 * Of two entries for one path the later counts, as for every tar program. Whiteouts are files like others.
 */
export class LayerTree {
  readonly #maker: TreeMaker | null;
  readonly #newDigest: () => RunningHash;
  readonly #files = new Map<string, LayerFile>();
  /** Folders, and how many names each holds. */
  readonly #held = new Map<string, number>();
  readonly #unsaid = new Set<string>();
  #keptBytes = 0;
  #hashing: { readonly file: LayerFile; readonly digest: RunningHash } | null = null;

  /**
   * @param maker      null: nothing is made, and owners that are none (-1) are taken as they are
   * @param newDigest  SHA-256
   */
  constructor(maker: TreeMaker | null, newDigest: () => RunningHash) {
    this.#maker = maker;
    this.#newDigest = newDigest;
    this.#unsaidFolder(ROOT_PATH);
  }

  /** Folders that the layer has entries in, and none about. */
  get unsaid(): ReadonlySet<string> {
    return this.#unsaid;
  }

  /** @throws what `refuse` makes, and what the maker throws */
  add(entry: TarEntry, refuse: RefuseEntry): void {
    this.#endBody();
    const path = this.#pathOf(entry.pathBytes, refuse);
    this.#check(entry, path, refuse);
    if (entry.type === "hard link") {
      this.#keep(path.length, refuse);
      this.#link(path, entry, refuse);
      return;
    }
    const made = entryOfTar(path, entry, entry.type, refuse);
    const attributes = [...xattrsOfFields(made)].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    this.#keep(path.length + (made.target?.length ?? 0) + attributes, refuse);
    this.#make(path, made, refuse);
  }

  /** More bytes of the file added last. */
  bytes(piece: Uint8Array): void {
    if (!this.#hashing) return;
    this.#hashing.digest.update(piece);
    this.#maker?.bytes(piece);
  }

  /** Every path and what was said of it, in no order; call it once, at the end. */
  entries(): ManifestEntry[] {
    this.#endBody();
    const groups = new Map<LayerFile, number>();
    return [...this.#files].map(([path, file]) => {
      if (file.links === 1) return file.entry.path === path ? file.entry : { ...file.entry, path };
      const linkGroup = groups.get(file) ?? groups.size + 1;
      groups.set(file, linkGroup);
      return { ...file.entry, path, linkGroup };
    });
  }

  #pathOf(bytes: Uint8Array, refuse: RefuseEntry): string {
    if (bytes.length > MOST_PATH_BYTES) throw refuse(`a path of at most ${MOST_PATH_BYTES} bytes`, "a longer one");
    const text = pathOfBytes(bytes);
    const path = canonicalPath(text);
    if (path === null) throw refuse("a path without .., which stays inside the tree", quoted(text));
    return path;
  }

  #keep(bytes: number, refuse: RefuseEntry): void {
    this.#keptBytes += bytes;
    if (this.#keptBytes > MOST_KEPT_BYTES)
      throw refuse(`paths, link targets and attributes of at most ${MOST_KEPT_BYTES} bytes in all`, "more");
  }

  #check({ type, isSparse, uid, gid }: TarEntry, path: string, refuse: RefuseEntry): void {
    if (this.#files.size >= MOST_PATHS && !this.#files.has(path))
      throw refuse(`at most ${MOST_PATHS} paths`, "one more");
    if (path === ROOT_PATH && type !== "directory") throw refuse("a folder at the root of the tree", `a ${type}`);
    if (isSparse) throw refuse("files with all their bytes", "a sparse one; write the archive without --sparse");
    if (this.#maker && type !== "hard link" && (uid === NO_ID || gid === NO_ID))
      throw refuse(`owners from 0 to ${NO_ID - 1}`, `${uid}:${gid}, of which ${NO_ID} stands for nobody`);
  }

  #make(path: string, entry: ManifestEntry, refuse: RefuseEntry): void {
    const there = this.#files.get(path);
    const isFolder = entry.type === "dir";
    if (there && isFolder && there.entry.type === "dir") {
      there.entry = entry;
      this.#unsaid.delete(path);
      return;
    }
    this.#clear(path, refuse);
    const file: LayerFile = { entry, links: 0 };
    if (isFolder) this.#maker?.folder(path, entry.mode);
    else if (entry.type === "symlink") this.#maker?.symlink(path, entry.target ?? "");
    else this.#maker?.file(path, entry.mode);
    this.#put(path, file);
    if (entry.type === "file") this.#hashing = { file, digest: this.#newDigest() };
  }

  /** A second path of a file, which stays whose it is, whatever the link's header says. */
  #link(path: string, { linkBytes }: TarEntry, refuse: RefuseEntry): void {
    const to = this.#pathOf(linkBytes, refuse);
    const file = this.#files.get(to);
    const expected = "a hard link to a file that stands before it in the layer";
    if (!file) throw refuse(expected, `one to ${quoted(to)}, which is not there`);
    if (file.entry.type === "dir") throw refuse(expected, `one to ${quoted(to)}, which is a folder`);
    if (to === path) return;
    this.#clear(path, refuse);
    this.#maker?.link(path, to);
    this.#put(path, file);
  }

  /** Make the folders that a path lies in where they are missing, and take away what stands at it. */
  #clear(path: string, refuse: RefuseEntry): void {
    this.#folderFor(folderOf(path) ?? ROOT_PATH, refuse);
    const there = this.#files.get(path);
    if (!there) return;
    const isFolder = there.entry.type === "dir";
    if (isFolder && (this.#held.get(path) ?? 0) > 0)
      throw refuse("nothing in place of a folder that holds something", `an entry at ${quoted(path)}`);
    this.#maker?.remove(path, isFolder);
    there.links--;
    this.#files.delete(path);
    this.#held.delete(path);
    this.#unsaid.delete(path);
    this.#count(path, -1);
  }

  #folderFor(path: string, refuse: RefuseEntry): void {
    const missing: string[] = [];
    let above = path;
    for (; !this.#files.has(above); above = folderOf(above) ?? ROOT_PATH) missing.push(above);
    const type = this.#files.get(above)?.entry.type;
    if (type !== "dir")
      throw refuse(
        `a folder at ${quoted(above)}, for what lies below it`,
        type === "symlink" ? "a symbolic link" : "a file",
      );
    for (const folder of missing.reverse()) {
      this.#keep(folder.length, refuse);
      this.#unsaidFolder(folder);
    }
  }

  #unsaidFolder(path: string): void {
    const mtime = { seconds: 0, nanoseconds: 0 };
    if (path !== ROOT_PATH) this.#maker?.folder(path, UNSAID_MODE);
    this.#put(path, { entry: entryOf({ path, type: "dir", mode: UNSAID_MODE, uid: 0, gid: 0, mtime }), links: 0 });
    this.#unsaid.add(path);
  }

  #put(path: string, file: LayerFile): void {
    this.#files.set(path, file);
    file.links++;
    if (file.entry.type === "dir") this.#held.set(path, 0);
    this.#count(path, 1);
  }

  #count(path: string, by: number): void {
    const folder = folderOf(path);
    if (folder !== null) this.#held.set(folder, (this.#held.get(folder) ?? 0) + by);
  }

  #endBody(): void {
    if (!this.#hashing) return;
    const { file, digest } = this.#hashing;
    file.entry = { ...file.entry, sha256: digest.hex() };
    this.#hashing = null;
  }
}
