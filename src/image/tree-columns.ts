import { grown } from "./path-table.ts";

const FIRST_NODES = 1024;

/** What is known of each path of a tree, by its node: columns that grow together. */
export class TreeColumns {
  /** Places in PATH_TYPES of image-tree.ts. */
  types = new Uint8Array(FIRST_NODES);
  /** Permission bits, with setuid, setgid and sticky. */
  modes = new Uint16Array(FIRST_NODES);
  uids = new Uint32Array(FIRST_NODES);
  gids = new Uint32Array(FIRST_NODES);
  /** The layer that a path is from, counted from 1; 0 for none. An image has at most a thousand: config.ts. */
  layers = new Uint16Array(FIRST_NODES);
  /** The layer that hid the path itself, and what is below it, as it was in those before; 0 for none. */
  hidden = new Uint16Array(FIRST_NODES);
  /** The same of what is below it alone. */
  emptied = new Uint16Array(FIRST_NODES);

  /** Make room for a node. */
  reserve(node: number): void {
    if (node < this.types.length) return;
    const most = Math.max(2 * this.types.length, node + 1);
    this.types = grown(this.types, new Uint8Array(most));
    this.modes = grown(this.modes, new Uint16Array(most));
    this.uids = grown(this.uids, new Uint32Array(most));
    this.gids = grown(this.gids, new Uint32Array(most));
    this.layers = grown(this.layers, new Uint16Array(most));
    this.hidden = grown(this.hidden, new Uint16Array(most));
    this.emptied = grown(this.emptied, new Uint16Array(most));
  }
}
