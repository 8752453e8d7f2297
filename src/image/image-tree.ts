import { CLASSICAL, NO_ID } from "../core/index.ts";
import { ACL_NAMES, type AclEntryText, aclFromBytes, validateAcl } from "../kernel/index.ts";
import type { TarEntry } from "../shift/index.ts";
import { type PathNode, type PathTable, ROOT_NODE } from "./path-table.ts";
import { TreeColumns } from "./tree-columns.ts";

/** What a path is. Links are none of these: a hard link is what it leads to, a symbolic one has no rights of its own. */
export const PATH_TYPES = ["absent", "file", "directory", "symlink", "device"] as const;
export type PathType = (typeof PATH_TYPES)[number];
const [ABSENT, FILE, DIRECTORY, SYMLINK, DEVICE] = [0, 1, 2, 3, 4];

/** The bits of a mode that make programs run as their owner or group. */
const SET_ID = 0o6000;
/** What a directory is that no layer has an entry for, and others have entries in. */
const IMPLICIT_MODE = 0o755;

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

const ABSENT_INODE: TreeInode = { type: "absent", mode: 0, uid: 0, gid: 0, acl: null, capability: null };

/**
 * The tree that an image's layers make, one unpacked over the other (see tree-unpacker.ts): columns by the nodes of a table.
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

  /** What an entry makes of a path. @returns whether its ACL is valid; nothing is changed where it is not */
  put(node: PathNode, entry: TarEntry, layer: number): boolean {
    this.#columns.reserve(node);
    const bytes = entry.type === "symlink" ? null : entry.attribute(ACL_NAMES.access);
    const acl = bytes && this.#aclOf(bytes);
    if (bytes && !acl) return false;
    this.#set(node, TYPE_CODES[entry.type], layer, entry);
    keep(this.#acls, node, acl);
    keep(this.#capabilities, node, entry.attribute("security.capability"));
    keep(this.#targets, node, entry.type === "symlink" ? entry.linkPath : null);
    return true;
  }

  /** A second name of an inode. */
  putLink(node: PathNode, to: PathNode, layer: number): void {
    this.#columns.reserve(node);
    this.#set(node, this.#columns.types[to] ?? ABSENT, layer, this.at(to));
    keep(this.#acls, node, this.#acls.get(to) ?? null);
    keep(this.#capabilities, node, this.#capabilities.get(to) ?? null);
    keep(this.#targets, node, this.#targets.get(to) ?? null);
  }

  /** A directory that no layer has an entry for; nothing is below it. */
  putDirectory(node: PathNode, layer: number): void {
    this.#columns.reserve(node);
    this.#set(node, DIRECTORY, layer, { mode: IMPLICIT_MODE, uid: 0, gid: 0 });
    this.#columns.emptied[node] = layer;
    for (const kept of [this.#acls, this.#capabilities, this.#targets]) kept.delete(node);
  }

  /** Take away what is below a path, as it was in the layers before this one. */
  empty(node: PathNode, layer: number): void {
    this.#columns.reserve(node);
    this.#columns.emptied[node] = layer;
  }

  /** The same with the path itself. */
  hide(node: PathNode, layer: number): void {
    this.#columns.reserve(node);
    this.#columns.hidden[node] = layer;
  }

  /** Where a symbolic link leads; null for all that is none. */
  targetOf(node: PathNode): string | null {
    return this.isType(node, "symlink") ? (this.#targets.get(node) ?? "") : null;
  }

  /** Is a path there, as the layers are so far? */
  isThere(node: PathNode): boolean {
    const own = this.#columns.layers[node] ?? 0;
    if (own === 0 || own < (this.#columns.hidden[node] ?? 0)) return false;
    for (let at = node; at !== ROOT_NODE; ) {
      at = this.paths.parentOf(at);
      if (own < Math.max(this.#columns.emptied[at] ?? 0, this.#columns.hidden[at] ?? 0)) return false;
    }
    return true;
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
