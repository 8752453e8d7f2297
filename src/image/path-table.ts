/** A node's number; the root's is 0. A directory's is lower than those of what it holds. */
export type PathNode = number;

export const ROOT_NODE: PathNode = 0;
/** No such node. */
export const NO_NODE = -1;

const FIRST_NODES = 1024;
const FIRST_NAME_BYTES = 16 * FIRST_NODES;

/**
 * Paths of trees, each once and without their common beginnings: about 30 bytes a path, and no object.
 *
 * Two images share a table, so that a number stands for the same path in both.
 */
export class PathTable {
  /** The names of all nodes, end to end. */
  #names = new Uint8Array(FIRST_NAME_BYTES);
  /** Where each node's name begins; one more, where the last one ends. */
  #starts = new Uint32Array(FIRST_NODES + 1);
  #parents = new Uint32Array(FIRST_NODES);
  /** Nodes by parent and name, one higher than their number; 0 for an empty place. At most half of it is full. */
  #index = new Uint32Array(2 * FIRST_NODES);
  #length = 1;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** So that no image can be made whose names all fall on one place. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32);

  /** How many nodes there are. */
  get length(): number {
    return this.#length;
  }

  parentOf(node: PathNode): PathNode {
    return this.#parents[node] ?? ROOT_NODE;
  }

  /** The directory of each node: a copy of nothing, good until one is added. */
  parents(): Uint32Array {
    return this.#parents.subarray(0, this.#length);
  }

  /** @returns NO_NODE when there is none */
  find(parent: PathNode, name: string): PathNode {
    const bytes = this.#encoder.encode(name);
    return (this.#index[this.#placeOf(parent, bytes)] ?? 0) - 1;
  }

  /** The node of a name in a directory; a new one where there was none. */
  add(parent: PathNode, name: string): PathNode {
    const bytes = this.#encoder.encode(name);
    const known = (this.#index[this.#placeOf(parent, bytes)] ?? 0) - 1;
    if (known !== NO_NODE) return known;
    this.#reserve(bytes.length);
    const node = this.#length++;
    const start = this.#starts[node] ?? 0;
    this.#names.set(bytes, start);
    this.#starts[node + 1] = start + bytes.length;
    this.#parents[node] = parent;
    this.#index[this.#placeOf(parent, bytes)] = node + 1;
    return node;
  }

  /** From the root, without a slash at either end. @example table.pathOf(ROOT_NODE) // "" */
  pathOf(node: PathNode): string {
    const names: string[] = [];
    for (let at = node; at !== ROOT_NODE; at = this.parentOf(at)) names.push(this.nameOf(at));
    return names.reverse().join("/");
  }

  nameOf(node: PathNode): string {
    return this.#decoder.decode(this.#names.subarray(this.#starts[node], this.#starts[node + 1]));
  }

  /** Where a node of this name is in the index, or would be. */
  #placeOf(parent: PathNode, name: Uint8Array): number {
    const mask = this.#index.length - 1;
    for (let at = hashOf(this.#seed ^ parent, name) & mask; ; at = (at + 1) & mask) {
      const entry = this.#index[at] ?? 0;
      if (entry === 0 || this.#is(entry - 1, parent, name)) return at;
    }
  }

  #is(node: PathNode, parent: PathNode, name: Uint8Array): boolean {
    const start = this.#starts[node] ?? 0;
    if (this.#parents[node] !== parent || (this.#starts[node + 1] ?? 0) - start !== name.length) return false;
    for (let k = 0; k < name.length; k++) if (this.#names[start + k] !== name[k]) return false;
    return true;
  }

  #reserve(nameBytes: number): void {
    const end = (this.#starts[this.#length] ?? 0) + nameBytes;
    if (end > this.#names.length)
      this.#names = grown(this.#names, new Uint8Array(Math.max(2 * this.#names.length, end)));
    if (this.#length < this.#parents.length) return;
    const most = 2 * this.#parents.length;
    this.#parents = grown(this.#parents, new Uint32Array(most));
    this.#starts = grown(this.#starts, new Uint32Array(most + 1));
    this.#index = new Uint32Array(2 * most);
    for (let node = 1; node < this.#length; node++) {
      const name = this.#names.subarray(this.#starts[node], this.#starts[node + 1]);
      this.#index[this.#placeOf(this.parentOf(node), name)] = node + 1;
    }
  }
}

/** A larger array that begins as the old one does. */
export function grown<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** FNV-1a over a number and a name. */
function hashOf(start: number, name: Uint8Array): number {
  let hash = Math.imul(start ^ 0x811c_9dc5, 0x0100_0193);
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
