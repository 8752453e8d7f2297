import { fromBase64, isId } from "../core/index.ts";
import type { EntryGroup } from "./entry-group.ts";
import { linkBytes, pathBytes, pathText } from "./entry-path.ts";
import type { Extension } from "./extension.ts";
import { FIELDS, shapeOf, TYPE } from "./header.ts";
import { readNumber } from "./number-field.ts";
import { XATTR_KEYS } from "./pax-keys.ts";
import { type PaxRecord, textOf } from "./pax-records.ts";

/** What an entry makes when it is unpacked. */
export type EntryType = "file" | "hard link" | "symlink" | "character device" | "block device" | "directory" | "fifo";

/** An entry as it would be unpacked: all of it but its body. */
export interface TarEntry {
  /** Bytes that are no UTF-8 are written `\xNN`, so that two paths never become one. */
  readonly path: string;
  readonly type: EntryType;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of its body. */
  readonly size: number;
  /** What a link leads to; empty for all others. */
  readonly linkPath: string;
  /** The path as it stands there, and what a link leads to: for whoever unpacks them. */
  readonly pathBytes: Uint8Array;
  readonly linkBytes: Uint8Array;
  /** When it was last changed: a number of seconds in decimal digits, with a fraction if there is one. */
  mtime(): string;
  /** What a device stands for; null for all others. */
  readonly device: { readonly major: number; readonly minor: number } | null;
  /** Is its body but the parts of the file that are no holes? */
  readonly isSparse: boolean;
  /** Every record of its own pax headers, by key. */
  records(): ReadonlyMap<string, Uint8Array>;
  /**
   * The value of an extended attribute, by its name on Linux (`security.capability`); null when it has none.
   *
   * @throws UsernsError ERR_TAR for a value that should be base 64 and is not
   */
  attribute(name: string): Uint8Array | null;
  /** Every extended attribute, by name. @throws as {@link attribute} */
  attributes(): ReadonlyMap<string, Uint8Array>;
}

const TYPES: ReadonlyMap<string, EntryType> = new Map<string, EntryType>([
  ["1", "hard link"],
  ["2", "symlink"],
  ["3", "character device"],
  ["4", "block device"],
  ["5", "directory"],
  ["6", "fifo"],
]);

const PERMISSION_BITS = 0o7777;

/** The entry behind a group's headers; null for what is unpacked as nothing: a volume label, a table of names. */
export function entryOf(group: EntryGroup): TarEntry | null {
  const { bytes, header } = group;
  const letter = bytes[header + FIELDS.type.at] ?? 0;
  if (!group.hasEntry || !shapeOf(letter).hasOwner || letter === TYPE.solarisAcl) return null;
  const type = TYPES.get(String.fromCharCode(letter)) ?? "file";
  const isLink = type === "hard link" || type === "symlink";
  const uid = ownerOf(group, "uid");
  const gid = ownerOf(group, "gid");
  const rawPath = pathBytes(group);
  const rawLink = isLink ? linkBytes(group) : new Uint8Array(0);
  const path = pathText(rawPath);
  const isDevice = type === "character device" || type === "block device";
  return {
    path,
    // A file whose name ends with a slash is how tars from before POSIX write a directory.
    type: type === "file" && path.endsWith("/") ? "directory" : type,
    mode: readNumber(bytes, header, FIELDS.mode) & PERMISSION_BITS,
    uid,
    gid,
    size: shapeOf(letter).hasBody ? group.size() : 0,
    linkPath: pathText(rawLink),
    pathBytes: rawPath.slice(),
    linkBytes: rawLink.slice(),
    mtime: () => mtimeOf(group),
    device: isDevice
      ? { major: readNumber(bytes, header, FIELDS.major), minor: readNumber(bytes, header, FIELDS.minor) }
      : null,
    isSparse: letter === TYPE.gnuSparse || group.extensions.some(hasSparseRecord),
    records: () => recordsOf(group),
    attribute: (name) => attributeOf(group, name),
    attributes: () => attributesOf(group),
  };
}

function hasSparseRecord({ records }: Extension): boolean {
  return records.some(({ key }) => key.startsWith("GNU.sparse."));
}

function mtimeOf(group: EntryGroup): string {
  const stated = recordsOf(group).get("mtime");
  if (stated && stated.length > 0) return textOf(stated, 0, stated.length);
  return String(readNumber(group.bytes, group.header, FIELDS.mtime));
}

function recordsOf(group: EntryGroup): ReadonlyMap<string, Uint8Array> {
  const { bytes } = group;
  return new Map(ownRecords(group).map(({ key, valueAt, valueEnd }) => [key, bytes.slice(valueAt, valueEnd)]));
}

function ownerOf(group: EntryGroup, kind: "uid" | "gid"): number {
  const number = group.numberOf(kind) ?? readNumber(group.bytes, group.header, FIELDS[kind]);
  // Some tars write nobody as a number below 0: the id with the same bits.
  return isId(number) ? number : number >>> 0;
}

const XATTR_PREFIXES = Object.values(XATTR_KEYS);

/** Of two records the later counts, as for every pax record. @source POSIX, pax, "pax Extended Header" */
function attributeOf(group: EntryGroup, name: string): Uint8Array | null {
  const keys = XATTR_PREFIXES.map((prefix) => prefix + name);
  const record = ownRecords(group).findLast(({ key }) => keys.includes(key));
  return record ? attributeValue(group, record) : null;
}

function attributesOf(group: EntryGroup): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const record of ownRecords(group)) {
    const start = XATTR_PREFIXES.find((one) => record.key.startsWith(one) && record.key.length > one.length);
    if (start !== undefined) found.set(record.key.slice(start.length), attributeValue(group, record));
  }
  return found;
}

function ownRecords({ extensions }: EntryGroup): PaxRecord[] {
  return extensions.filter(({ type }) => type !== TYPE.paxGlobal).flatMap(({ records }) => records);
}

function attributeValue({ bytes, fail }: EntryGroup, { key, valueAt, valueEnd }: PaxRecord): Uint8Array {
  if (key.startsWith(XATTR_KEYS.schily)) return bytes.slice(valueAt, valueEnd);
  const value = fromBase64(textOf(bytes, valueAt, valueEnd));
  if (value) return value;
  throw fail(valueAt, `base 64 in ${key}`, `${valueEnd - valueAt} bytes that are none`);
}
