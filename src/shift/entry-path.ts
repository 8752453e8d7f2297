import type { Extension } from "./extension.ts";
import { BLOCK, FIELDS, type Field, hasPrefix, TYPE } from "./header.ts";

/** The headers of an entry: its own begins at `header`. */
export interface EntryHeaders {
  readonly bytes: Uint8Array;
  readonly header: number;
  readonly extensions: readonly Extension[];
}

const SLASH = 0x2f;
/** Where the path of a sparse file stands: beside its records, `path` and the header name a made-up folder. */
const SPARSE_NAME = "GNU.sparse.name";

/** The bytes of the entry's path. @source GNU tar manual, "Storing Sparse Files": GNU.sparse.name */
export function pathBytes(of: EntryHeaders): Uint8Array {
  return statedBytes(of, null, SPARSE_NAME) ?? pathBesideSparse(of);
}

/** The same for a reader that takes no notice of the records of sparse files. */
export function pathBesideSparse(of: EntryHeaders): Uint8Array {
  const stated = statedBytes(of, TYPE.longName, "path");
  if (stated) return stated;
  const name = fieldBytes(of, FIELDS.name);
  const prefix = hasPrefix(of.bytes, of.header) ? fieldBytes(of, FIELDS.prefix) : new Uint8Array(0);
  if (prefix.length === 0) return name;
  const path = new Uint8Array(prefix.length + 1 + name.length);
  path.set(prefix);
  path[prefix.length] = SLASH;
  path.set(name, prefix.length + 1);
  return path;
}

/** The bytes of what a link leads to. */
export function linkBytes(of: EntryHeaders): Uint8Array {
  return statedBytes(of, TYPE.longLink, "linkpath") ?? fieldBytes(of, FIELDS.link);
}

/** What a header of GNU's own, if there is a type for it, or a pax record states in place of a field. */
function statedBytes({ bytes, extensions }: EntryHeaders, type: number | null, key: string): Uint8Array | null {
  for (const extension of extensions) {
    const body = extension.header + BLOCK;
    if (extension.type === type) return untilNul(bytes.subarray(body, body + extension.size));
    const stated = valueIn(bytes, extension, key);
    if (stated) return stated;
  }
  return null;
}

/** The last value of a key; an empty one states nothing. */
function valueIn(bytes: Uint8Array, { records }: Extension, key: string): Uint8Array | null {
  const record = records.findLast((one) => one.key === key && one.valueEnd > one.valueAt);
  return record ? bytes.subarray(record.valueAt, record.valueEnd) : null;
}

/** What a field holds, up to a NUL. */
export function fieldBytes({ bytes, header }: Omit<EntryHeaders, "extensions">, field: Field): Uint8Array {
  return untilNul(bytes.subarray(header + field.at, header + field.at + field.width));
}

/** Without a NUL, and what stands behind it. */
function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text; those of a path that is no UTF-8 are written `\xNN`, so that two paths never become one. */
export function pathText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    const shown = (byte: number) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`);
    return Array.from(bytes, shown).join("");
  }
}

/** Longest path or name that is shown, in bytes. */
const MOST_SHOWN = 1024;

/** A path or a name for people: cut when it is very long. */
export function shownText(bytes: Uint8Array): string {
  if (bytes.length <= MOST_SHOWN) return pathText(bytes);
  let end = MOST_SHOWN;
  // No character is cut apart: those that go on with one begin with the bits 10.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${pathText(bytes.subarray(0, end))}…`;
}
