import type { EntryGroup } from "./entry-group.ts";
import { linkBytes, pathBesideSparse, pathBytes } from "./entry-path.ts";
import { FIELDS, type Field } from "./header.ts";
import { textOf } from "./pax-records.ts";
import type { EntryVisitor, Rewritten } from "./tar-walk.ts";

const DOT = 0x2e;
const HARD_LINK = "1".charCodeAt(0);

/**
 * Refuses entries that would be unpacked outside the folder that the archive is unpacked in, and hard links to what
 * lies outside it. Where a symbolic link leads is its own matter: it is made, not followed.
 */
export class InsidePaths implements EntryVisitor {
  readonly #inner: EntryVisitor;

  constructor(inner: EntryVisitor) {
    this.#inner = inner;
  }

  plain(bytes: Uint8Array, at: number): boolean {
    const isPlain = ![FIELDS.name, FIELDS.prefix, FIELDS.link].some((field) => hasTwoDots(bytes, at, field));
    return isPlain && this.#inner.plain(bytes, at);
  }

  entry(group: EntryGroup): Rewritten {
    if (group.hasEntry) {
      for (const path of [pathBytes(group), pathBesideSparse(group)]) this.#check(group, "a path", path);
      if (group.bytes[group.header + FIELDS.type.at] === HARD_LINK) this.#check(group, "a hard link", linkBytes(group));
    }
    return this.#inner.entry(group);
  }

  body(bytes: Uint8Array): void {
    this.#inner.body?.(bytes);
  }

  #check(group: EntryGroup, what: string, path: Uint8Array): void {
    let depth = 0;
    for (const name of textOf(path, 0, path.length).split("/")) {
      if (name === "..") depth--;
      else if (name !== "" && name !== ".") depth++;
      if (depth < 0)
        throw group.fail(group.header, `${what} that stays inside the archive's folder`, "one with .. in it");
    }
  }
}

function hasTwoDots(bytes: Uint8Array, header: number, { at, width }: Field): boolean {
  const field = bytes.subarray(header + at, header + at + width);
  for (let k = field.indexOf(DOT); k >= 0; k = field.indexOf(DOT, k + 1)) if (field[k + 1] === DOT) return true;
  return false;
}
