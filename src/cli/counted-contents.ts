import type { Manifest, ManifestEntry } from "../manifest/index.ts";
import type { TreeContents } from "../pack/index.ts";
import type { Reading } from "./progress.ts";

/** The bytes of a tree's files, counted as they are read: how far a tree has been packed. */
export class CountedContents implements TreeContents, Reading {
  readonly sizeBytes: number;
  readonly #contents: TreeContents;
  #read = 0;

  constructor({ entries }: Manifest, contents: TreeContents) {
    this.#contents = contents;
    const groups = new Set<number>();
    // A file with several paths is read once.
    const isFirst = ({ linkGroup }: ManifestEntry) =>
      linkGroup === null || (!groups.has(linkGroup) && groups.add(linkGroup));
    this.sizeBytes = entries.filter(isFirst).reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  }

  bytesRead(): number {
    return this.#read;
  }

  async *open(entry: ManifestEntry): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#contents.open(entry)) {
      this.#read += piece.length;
      yield piece;
    }
  }
}
