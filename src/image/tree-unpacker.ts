import { quoted } from "../core/index.ts";
import { ACL_NAMES } from "../kernel/index.ts";
import type { TarEntry } from "../shift/index.ts";
import { MOST_PATH, namesOf, OPAQUE, splitPath, WHITEOUT } from "./entry-path.ts";
import type { ImageTree } from "./image-tree.ts";
import { NO_NODE, type PathNode, ROOT_NODE } from "./path-table.ts";

/** Why an entry cannot be unpacked. */
export interface EntryFault {
  readonly expected: string;
  readonly got: string;
}

/** Paths of both images together: about a gigabyte of memory. */
const MOST_PATHS = 16_000_000;
/** Bytes of link targets, ACLs and capabilities of an image's layers, which become objects ten times as large. */
const MOST_KEPT_BYTES = 64 << 20;
/** Links that one path may lead through, as on Linux. @source path_resolution(7) */
const MOST_LINKS = 40;

/** Unpacks layers, entry by entry, over the tree that those before made. */
export class TreeUnpacker {
  #keptBytes = 0;
  readonly #tree: ImageTree;
  /** The directory of the last entry, which is often the next one's too. */
  #lastDirectory = { path: "", layer: 0, node: ROOT_NODE };

  constructor(tree: ImageTree) {
    this.#tree = tree;
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
      this.#tree.empty(parent, layer);
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

  #faultOf(entry: TarEntry, name: string): EntryFault | null {
    const { type } = entry;
    if (name === "..") return { expected: "a path that ends with a name", got: "one that ends with .." };
    if (name === "" && type !== "directory") return { expected: "a directory as root", got: `a ${type}` };
    if (this.#tree.paths.length > MOST_PATHS)
      return { expected: `images of at most ${MOST_PATHS} paths`, got: "one more" };
    this.#keptBytes += keptBytesOf(entry);
    if (this.#keptBytes <= MOST_KEPT_BYTES) return null;
    return { expected: `link targets, ACLs and capabilities of at most ${MOST_KEPT_BYTES} bytes in all`, got: "more" };
  }

  #make(parent: PathNode, name: string, entry: TarEntry, layer: number): PathNode | EntryFault {
    const node = this.#tree.paths.add(parent, name);
    if (entry.type !== "directory") this.#tree.empty(node, layer);
    return this.#put(node, entry, layer);
  }

  #put(node: PathNode, entry: TarEntry, layer: number): PathNode | EntryFault {
    if (this.#tree.put(node, entry, layer)) return node;
    const length = entry.attribute(ACL_NAMES.access)?.length ?? 0;
    return { expected: "a valid ACL", got: `${length} bytes that are none` };
  }

  /** A second name of an inode, which keeps the owner and mode that it has, whatever the link's header says of them. */
  #link(parent: PathNode, name: string, entry: TarEntry, layer: number): PathNode | EntryFault {
    const expected = "a hard link to a file that is there";
    const target = this.#walk(entry.linkPath, null, "keep");
    if (typeof target !== "number") return target;
    if (target === NO_NODE) return { expected, got: `one to ${quoted(entry.linkPath)}, which is not` };
    if (this.#tree.isType(target, "directory"))
      return { expected, got: `one to ${quoted(entry.linkPath)}, which is a directory` };
    const node = this.#tree.paths.add(parent, name);
    this.#tree.empty(node, layer);
    this.#tree.putLink(node, target, layer);
    return node;
  }

  #hide(parent: PathNode, name: string, layer: number): PathNode | EntryFault {
    if (name === "" || name === "." || name === "..")
      return { expected: `the name of what is taken away, behind ${WHITEOUT}`, got: quoted(name) };
    const node = this.#tree.paths.find(parent, name);
    if (node !== NO_NODE) this.#tree.hide(node, layer);
    return NO_NODE;
  }

  /** The directory that an entry lies in, made where it is missing. */
  #directoryOf(path: string, layer: number): PathNode | EntryFault {
    const last = this.#lastDirectory;
    if (last.path === path && last.layer === layer && this.#tree.isType(last.node, "directory")) return last.node;
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
        at = this.#tree.paths.parentOf(at);
        continue;
      }
      const found = this.#tree.paths.find(at, name);
      const isThere = found !== NO_NODE && this.#tree.isThere(found);
      const target = isThere ? this.#tree.targetOf(found) : null;
      if (target !== null && (left.length > 0 || last === "follow")) {
        if (++links > MOST_LINKS)
          return {
            expected: `a path through at most ${MOST_LINKS} links`,
            got: `${quoted(path)}, which leads through more`,
          };
        if (target.startsWith("/")) at = ROOT_NODE;
        left.push(...namesOf(target).reverse());
        continue;
      }
      const isDirectory = isThere && this.#tree.isType(found, "directory");
      if (isThere && (left.length === 0 || isDirectory)) {
        if (making !== null && !isDirectory) this.#tree.putDirectory(found, making);
        at = found;
        continue;
      }
      if (making === null) return NO_NODE;
      at = isThere ? found : this.#tree.paths.add(at, name);
      this.#tree.putDirectory(at, making);
    }
    return at;
  }
}

function keptBytesOf(entry: TarEntry): number {
  const attributes = [ACL_NAMES.access, "security.capability"].map((name) => entry.attribute(name));
  return attributes.reduce((sum, value) => sum + (value?.length ?? 0), entry.linkBytes.length);
}
