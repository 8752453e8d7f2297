import { CLASSICAL, NO_ID, quoted } from "../core/index.ts";
import { type AclEntryText, validateAcl } from "../kernel/index.ts";
import { aclFromBytes } from "../manifest/index.ts";
import type { TarEntry } from "../shift/index.ts";
import { MOST_PATH, namesOf, OPAQUE, splitPath, WHITEOUT } from "./entry-path.ts";
import { NO_NODE, type PathNode, type PathTable, ROOT_NODE } from "./path-table.ts";
import { TreeColumns } from "./tree-columns.ts";

/** What a path is. Links are none of these: a hard link is what it leads to, a symbolic one has no rights of its own. */
export const PATH_TYPES = ["absent", "file", "directory", "symlink", "device"] as const;
export type PathType = (typeof PATH_TYPES)[number];
const [ABSENT, FILE, DIRECTORY, SYMLINK, DEVICE] = [0, 1, 2, 3, 4];

/** The bits of a mode that make programs run as their owner or group. */
const SET_ID = 0o6000;
/** What a directory is that no layer has an entry for, and others have entries in. */
const IMPLICIT_MODE = 0o755;

/** Why an entry cannot be unpacked. */
export interface EntryFault {
  readonly expected: string;
  readonly got: string;
}

/** An inode as an image has it: ids are those of the image. */
export interface TreeInode {
  readonly type: PathType;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The access ACL, where there is one that says more than the mode. */
  readonly acl: readonly AclEntryText[] | null;
  /** The bytes of `security.capability`. */
  readonly capability: Uint8Array | null;
}

/** Paths of both images together: about a gigabyte of memory. */
const MOST_PATHS = 16_000_000;
/** Links that one path may lead through, as on Linux. @source path_resolution(7) */
const MOST_LINKS = 40;
const ABSENT_INODE: TreeInode = { type: "absent", mode: 0, uid: 0, gid: 0, acl: null, capability: null };

/**
 * The tree that an image's layers make, one unpacked over the other: columns by the nodes of a table.
 *
 * Each path knows the layer that it is from, and the layer that took away what was there before: nothing is moved when a
 * directory is hidden. Whether a path is there is worked out from both, down the tree.
 */
export class ImageTree {
  readonly paths: PathTable;
  readonly #columns = new TreeColumns();
  readonly #acls = new Map<PathNode, readonly AclEntryText[]>();
  readonly #knownAcls = new Map<string, readonly AclEntryText[] | null>();
  readonly #capabilities = new Map<PathNode, Uint8Array>();
  readonly #targets = new Map<PathNode, string>();
  /** The directory of the last entry, which is often the next one's too. */
  #lastDirectory = { path: "", layer: 0, node: ROOT_NODE };

  constructor(paths: PathTable) {
    this.paths = paths;
    this.#columns.types[ROOT_NODE] = DIRECTORY;
    this.#columns.modes[ROOT_NODE] = IMPLICIT_MODE;
    this.#columns.layers[ROOT_NODE] = 1;
  }

  at(node: PathNode): TreeInode {
    const type = PATH_TYPES[this.#columns.types[node] ?? ABSENT] ?? "absent";
    if (type === "absent") return ABSENT_INODE;
    const [mode = 0, uid = 0, gid = 0] = [
      this.#columns.modes[node],
      this.#columns.uids[node],
      this.#columns.gids[node],
    ];
    const acl = this.#acls.get(node) ?? null;
    return { type, mode, uid, gid, acl, capability: this.#capabilities.get(node) ?? null };
  }

  /** Nodes with an ACL. */
  get withAcl(): Iterable<PathNode> {
    return this.#acls.keys();
  }

  /** Every id that owns a path that is there, or is named by an ACL of one. */
  ownerIds(): ReadonlySet<number> {
    const found = new Set<number>();
    for (let node: PathNode = 0; node < this.paths.length; node++) {
      if (this.#columns.types[node] === ABSENT) continue;
      found.add(this.#columns.uids[node] ?? 0);
      found.add(this.#columns.gids[node] ?? 0);
    }
    for (const node of this.withAcl) for (const { id } of this.#acls.get(node) ?? []) if (id !== null) found.add(id);
    return found;
  }

  /** The columns, as long as the table is: what {@link finish} left of them. */
  columns() {
    const { length } = this.paths;
    this.#columns.reserve(length - 1);
    return {
      types: this.#columns.types.subarray(0, length),
      modes: this.#columns.modes.subarray(0, length),
      uids: this.#columns.uids.subarray(0, length),
      gids: this.#columns.gids.subarray(0, length),
    };
  }

  /** May what is there make who runs it somebody else? */
  mayGrant(node: PathNode): boolean {
    const isProgram = this.#columns.types[node] === FILE;
    return isProgram && (((this.#columns.modes[node] ?? 0) & SET_ID) !== 0 || this.#capabilities.has(node));
  }

  isType(node: PathNode, type: PathType): boolean {
    return PATH_TYPES[this.#columns.types[node] ?? ABSENT] === type;
  }

  /**
   * Unpack an entry over what is there.
   *
   * @param layer  its layer's number, from 1; never lower than the last one
   * @returns      the node that was made of it; NO_NODE for one that takes something away; a fault where it cannot be
   *               unpacked
   */
  unpack(entry: TarEntry, layer: number): PathNode | EntryFault {
    if (entry.path.length > MOST_PATH) return { expected: `a path of at most ${MOST_PATH} bytes`, got: "a longer one" };
    const { directory, name } = splitPath(entry.path);
    const fault = this.#faultOf(entry, name);
    if (fault) return fault;
    if (name === "") return this.#put(ROOT_NODE, entry, layer);
    const parent = this.#directoryOf(directory, layer);
    if (typeof parent !== "number") return parent;
    if (name === OPAQUE) {
      this.#columns.emptied[parent] = layer;
      return NO_NODE;
    }
    // Of what else begins so, unpackers make nothing: it is of the file system that had whiteouts first.
    if (name.startsWith(`${WHITEOUT}${WHITEOUT}`)) return NO_NODE;
    if (name.startsWith(WHITEOUT)) return this.#hide(parent, name.slice(WHITEOUT.length), layer);
    return entry.type === "hard link" ? this.#link(parent, name, entry, layer) : this.#make(parent, name, entry, layer);
  }

  /** Where a path leads in the tree as it is now, through symbolic links. @returns NO_NODE when to nothing */
  resolve(path: string): PathNode {
    const found = this.#walk(path, null, "follow");
    return typeof found === "number" ? found : NO_NODE;
  }

  /** Is there anything of this path, a link that leads nowhere among it? */
  hasName(path: string): boolean {
    const found = this.#walk(path, null, "keep");
    return typeof found === "number" && found !== NO_NODE;
  }

  /** No more layers: forget the paths that are not there. */
  finish(): void {
    const { length } = this.paths;
    this.#columns.reserve(length - 1);
    // The layer before which everything at or below a node was taken away.
    const gone = new Uint16Array(length);
    for (let node: PathNode = 0; node < length; node++) {
      const parent = this.paths.parentOf(node);
      const above = node === ROOT_NODE ? 0 : Math.max(gone[parent] ?? 0, this.#columns.emptied[parent] ?? 0);
      const since = Math.max(above, this.#columns.hidden[node] ?? 0);
      gone[node] = since;
      const isThere = (this.#columns.layers[node] ?? 0) >= since && this.#columns.types[parent] === DIRECTORY;
      if (!isThere) this.#columns.types[node] = ABSENT;
    }
    for (const kept of [this.#acls, this.#capabilities, this.#targets])
      for (const node of kept.keys()) if (this.#columns.types[node] === ABSENT) kept.delete(node);
  }

  #faultOf({ type }: TarEntry, name: string): EntryFault | null {
    if (name === "..") return { expected: "a path that ends with a name", got: "one that ends with .." };
    if (name === "" && type !== "directory") return { expected: "a directory as root", got: `a ${type}` };
    if (this.paths.length <= MOST_PATHS) return null;
    return { expected: `images of at most ${MOST_PATHS} paths`, got: "one more" };
  }

  #make(parent: PathNode, name: string, entry: TarEntry, layer: number): PathNode | EntryFault {
    const node = this.paths.add(parent, name);
    this.#columns.reserve(node);
    if (entry.type !== "directory") this.#columns.emptied[node] = layer;
    if (entry.type === "symlink") this.#targets.set(node, entry.linkPath);
    return this.#put(node, entry, layer);
  }

  #put(node: PathNode, entry: TarEntry, layer: number): PathNode | EntryFault {
    const bytes = entry.type === "symlink" ? null : entry.attribute("system.posix_acl_access");
    const acl = bytes && this.#aclOf(bytes);
    if (bytes && !acl) return { expected: "a valid ACL", got: `${bytes.length} bytes that are none` };
    this.#set(node, TYPE_CODES[entry.type], layer, entry);
    keep(this.#acls, node, acl);
    keep(this.#capabilities, node, entry.attribute("security.capability"));
    return node;
  }

  /** The ACL of a value; the same one for the same value, for an image may have very many that are alike. */
  #aclOf(bytes: Uint8Array): readonly AclEntryText[] | null {
    const key = bytes.join();
    const known = this.#knownAcls.get(key);
    if (known !== undefined) return known;
    const acl = aclFromBytes(bytes);
    const valid = acl && validateAcl(acl.map(({ tag, perm }) => ({ tag, perm, kid: NO_KID }))).ok ? acl : null;
    this.#knownAcls.set(key, valid);
    return valid;
  }

  #set(node: PathNode, type: number, layer: number, { mode, uid, gid }: Pick<TreeInode, "mode" | "uid" | "gid">): void {
    this.#columns.types[node] = type;
    this.#columns.modes[node] = mode;
    this.#columns.uids[node] = uid;
    this.#columns.gids[node] = gid;
    this.#columns.layers[node] = layer;
  }

  /** A second name of an inode, which keeps the owner and mode that it has, whatever the link's header says of them. */
  #link(parent: PathNode, name: string, entry: TarEntry, layer: number): PathNode | EntryFault {
    const expected = "a hard link to a file that is there";
    const target = this.#walk(entry.linkPath, null, "keep");
    if (typeof target !== "number") return target;
    if (target === NO_NODE) return { expected, got: `one to ${quoted(entry.linkPath)}, which is not` };
    if (this.#columns.types[target] === DIRECTORY)
      return { expected, got: `one to ${quoted(entry.linkPath)}, which is a directory` };
    const node = this.paths.add(parent, name);
    this.#columns.reserve(node);
    this.#columns.emptied[node] = layer;
    this.#set(node, this.#columns.types[target] ?? ABSENT, layer, this.at(target));
    keep(this.#acls, node, this.#acls.get(target) ?? null);
    keep(this.#capabilities, node, this.#capabilities.get(target) ?? null);
    keep(this.#targets, node, this.#targets.get(target) ?? null);
    return node;
  }

  #hide(parent: PathNode, name: string, layer: number): PathNode | EntryFault {
    if (name === "" || name === "." || name === "..")
      return { expected: `the name of what is taken away, behind ${WHITEOUT}`, got: quoted(name) };
    const node = this.paths.find(parent, name);
    if (node !== NO_NODE) {
      this.#columns.reserve(node);
      this.#columns.hidden[node] = layer;
    }
    return NO_NODE;
  }

  /** The directory that an entry lies in, made where it is missing. */
  #directoryOf(path: string, layer: number): PathNode | EntryFault {
    const last = this.#lastDirectory;
    if (last.path === path && last.layer === layer && this.#columns.types[last.node] === DIRECTORY) return last.node;
    const node = this.#walk(path, layer, "follow");
    if (typeof node === "number") this.#lastDirectory = { path, layer, node };
    return node;
  }

  /**
   * Follow a path from the root.
   *
   * @param making  the layer in which directories are made that are missing; null to make none
   * @param last    what to do with a symbolic link at the end
   */
  #walk(path: string, making: number | null, last: "follow" | "keep"): PathNode | EntryFault {
    const left = namesOf(path).reverse();
    let at = ROOT_NODE;
    for (let links = 0; left.length > 0; ) {
      const name = left.pop() ?? "";
      if (name === "..") {
        at = this.paths.parentOf(at);
        continue;
      }
      const found = this.paths.find(at, name);
      const isThere = found !== NO_NODE && this.#isThere(found);
      if (isThere && this.#columns.types[found] === SYMLINK && (left.length > 0 || last === "follow")) {
        const target = this.#targets.get(found) ?? "";
        if (++links > MOST_LINKS)
          return {
            expected: `a path through at most ${MOST_LINKS} links`,
            got: `${quoted(path)}, which leads through more`,
          };
        if (target.startsWith("/")) at = ROOT_NODE;
        left.push(...namesOf(target).reverse());
        continue;
      }
      if (isThere && (left.length === 0 || this.#columns.types[found] === DIRECTORY)) {
        if (making !== null && this.#columns.types[found] !== DIRECTORY) this.#makeDirectory(found, making);
        at = found;
        continue;
      }
      if (making === null) return NO_NODE;
      at = isThere ? found : this.paths.add(at, name);
      this.#makeDirectory(at, making);
    }
    return at;
  }

  #makeDirectory(node: PathNode, layer: number): void {
    this.#columns.reserve(node);
    this.#set(node, DIRECTORY, layer, { mode: IMPLICIT_MODE, uid: 0, gid: 0 });
    this.#columns.emptied[node] = layer;
    for (const kept of [this.#acls, this.#capabilities, this.#targets]) kept.delete(node);
  }

  /** Is a path there, as the layers are so far? */
  #isThere(node: PathNode): boolean {
    const own = this.#columns.layers[node] ?? 0;
    if (own === 0 || own < (this.#columns.hidden[node] ?? 0)) return false;
    for (let at = node; at !== ROOT_NODE; ) {
      at = this.paths.parentOf(at);
      if (own < Math.max(this.#columns.emptied[at] ?? 0, this.#columns.hidden[at] ?? 0)) return false;
    }
    return true;
  }
}

/** Whether an ACL is valid does not depend on whose ids are in it. */
const NO_KID = { id: NO_ID, number: CLASSICAL };

const TYPE_CODES: Readonly<Record<TarEntry["type"], number>> = {
  file: FILE,
  "hard link": FILE,
  symlink: SYMLINK,
  "character device": DEVICE,
  "block device": DEVICE,
  directory: DIRECTORY,
  fifo: DEVICE,
};

function keep<T>(map: Map<PathNode, T>, node: PathNode, value: T | null): void {
  if (value === null) map.delete(node);
  else map.set(node, value);
}
