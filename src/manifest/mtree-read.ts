import { isId, NO_ID, type OwnerKind, quoted, type UsernsError } from "../core/index.ts";
import type { InodeType } from "../kernel/index.ts";
import type { NameToId } from "./acl-text.ts";
import { deviceOf, readDeviceNumbers } from "./device-number.ts";
import { BARE_ENTRY, type DeviceNumber, ENTRY_TYPES, entryOf, type ManifestEntry } from "./entry.ts";
import { type Manifest, manifestFault, manifestOf } from "./manifest.ts";
import { readMode } from "./mode-text.ts";
import { FIELD_KEYWORDS, MTREE_TYPES, XATTR_KEYWORD } from "./mtree-keywords.ts";
import { type Keywords, type MtreeLine, mtreeLines } from "./mtree-lines.ts";
import { tagsOf } from "./mtree-tags.ts";
import { readTime } from "./time.ts";
import { unescapeName } from "./vis.ts";
import { fieldsOfXattrs } from "./xattr-fields.ts";

/** How {@link readMtree} reads. */
export interface MtreeOptions {
  /** The name of the file, for errors. @default "mtree" */
  readonly name?: string;
  /** For `uname` and `gname` where `uid` and `gid` are not said; without it such a line is refused. */
  readonly idOf?: NameToId;
}

/**
 * Read an mtree as FreeBSD's and NetBSD's mtree and libarchive's bsdtar write it: `/set` and `/unset`, paths from the
 * root or names in the folder that the lines before led to, names in the escapes of vis(3), lines that go on in the next.
 *
 * An owner is its number; `uname` and `gname` count where that is missing. Paths with the same `inode` are one file.
 * Keywords that mean nothing here are kept.
 *
 * @param text  one character a byte (latin1), for names are bytes
 * @throws UsernsError ERR_MANIFEST with the line; for symbolic modes too, which are not read
 * @source mtree(5) of FreeBSD, NetBSD and libarchive
 * @example readMtree(". type=dir mode=755 uid=0 gid=0").entries.length // 1
 */
export function readMtree(text: string, options: MtreeOptions = {}): Manifest {
  return readMtreeLines(text.split("\n"), options);
}

/** The same of its lines, which need not be there all at once. */
export function readMtreeLines(lines: Iterable<string>, options: MtreeOptions = {}): Manifest {
  const name = options.name ?? "mtree";
  const groups = new Map<string, number>();
  const places: number[] = [];
  const entries: ManifestEntry[] = [];
  for (const line of mtreeLines(lines, name)) {
    places.push(line.line);
    entries.push(entryOfLine(line, groups, options.idOf));
  }
  return manifestOf(entries, name, (index) => `${name}:${places[index]}`);
}

const TYPES: ReadonlyMap<string, InodeType> = new Map(ENTRY_TYPES.map((type) => [MTREE_TYPES[type], type]));
const TYPE_EXPECTED = `type= and one of ${[...TYPES.keys()].join(", ")}`;
const MODE_EXPECTED = "mode= and at most four octal digits behind zeros";
const DEVICE_EXPECTED = "device=native,MAJOR,MINOR";
const LINK_EXPECTED = "link= and where it leads";
const DIGEST_EXPECTED = "64 hexadecimal digits";
const LINK_MODE = 0o777;

/** Reads what the keywords of one line say. */
class Said {
  readonly #said: Keywords;
  readonly #where: string;

  constructor({ said, where }: MtreeLine) {
    this.#said = said;
    this.#where = where;
  }

  /** The value of a keyword; null where it is not there. @throws UsernsError ERR_MANIFEST for one that is not as expected */
  take<T>(keyword: string, expected: string, read: (value: string) => T | null): T | null {
    const value = this.#said.get(keyword);
    if (value === undefined) return null;
    const result = value === null ? null : read(value);
    if (result === null) throw this.fault(keyword, expected);
    return result;
  }

  /** The same, where it has to be there. */
  need<T>(keyword: string, expected: string, read: (value: string) => T | null): T {
    const value = this.take(keyword, expected, read);
    if (value === null) throw this.fault(keyword, expected);
    return value;
  }

  fault(keyword: string, expected: string): UsernsError {
    const value = this.#said.get(keyword);
    return manifestFault(
      this.#where,
      expected,
      value === undefined ? `no ${keyword}` : `${keyword}=${quoted(value ?? "")}`,
    );
  }
}

function entryOfLine(line: MtreeLine, groups: Map<string, number>, idOf: NameToId | undefined): ManifestEntry {
  const said = new Said(line);
  const type = said.need("type", TYPE_EXPECTED, (value) => TYPES.get(value) ?? null);
  const isDevice = type === "chr" || type === "blk";
  const mode = said.take("mode", MODE_EXPECTED, readMode);
  if (mode === null && type !== "symlink") throw said.fault("mode", MODE_EXPECTED);
  const tags = tagsOf(line.said, line.where);
  return entryOf({
    path: line.path,
    type,
    mode: mode ?? LINK_MODE,
    uid: ownerOf(said, "uid", "uname", idOf),
    gid: ownerOf(said, "gid", "gname", idOf),
    device: isDevice ? said.need("device", DEVICE_EXPECTED, readDevice) : null,
    target: type === "symlink" ? said.need("link", LINK_EXPECTED, unescapeName) : null,
    linkGroup: type === "dir" ? null : groupOf(line.said, tags.link, groups),
    sizeBytes: type === "file" ? said.take("size", "size= and a number of bytes", readSize) : null,
    mtime: said.take("time", "time=SECONDS or time=SECONDS.NANOSECONDS", readTime),
    sha256: said.take("sha256digest", DIGEST_EXPECTED, readSha256) ?? said.take("sha256", DIGEST_EXPECTED, readSha256),
    ...fieldsOfXattrs(tags.xattrs),
    keywords: keptOf(line.said, tags.others),
  });
}

function ownerOf(said: Said, kind: OwnerKind, nameKeyword: string, idOf: NameToId | undefined): number {
  const id = said.take(kind, `${kind}= and an id from 0 to ${NO_ID - 1}`, readId);
  if (id !== null) return id;
  const nameToId = (value: string): number | null => idOf?.(kind, unescapeName(value) ?? "") ?? null;
  const named = said.take(nameKeyword, `${kind}=, or a name in ${nameKeyword}= whose id is known`, nameToId);
  if (named === null) throw said.fault(kind, `${kind}= and an id`);
  return named;
}

/** The number of the file that a path is one of; the first path that tells of it gives it its number. */
function groupOf(said: Keywords, tagged: string | null, groups: Map<string, number>): number | null {
  const inode = tagged ?? said.get("inode") ?? null;
  if (inode === null) return null;
  const file = `${said.get("resdevice") ?? ""} ${inode}`;
  const number = groups.get(file) ?? groups.size + 1;
  groups.set(file, number);
  return number;
}

function keptOf(said: Keywords, otherTags: string | null): ReadonlyMap<string, string | null> {
  const kept = [...said].filter(([keyword]) => !FIELD_KEYWORDS.has(keyword) && !keyword.startsWith(XATTR_KEYWORD));
  if (kept.length === 0 && otherTags === null) return BARE_ENTRY.keywords;
  return new Map(otherTags === null ? kept : [...kept, ["tags", otherTags]]);
}

function readId(text: string): number | null {
  const id = Number(text);
  return /^\d+$/.test(text) && isId(id) && id !== NO_ID ? id : null;
}

function readSize(text: string): number | null {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}

function readSha256(text: string): string | null {
  return /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : null;
}

/** `FORMAT,MAJOR,MINOR`, whatever system's the format is; a number alone is Linux's. */
function readDevice(text: string): DeviceNumber | null {
  const [format = "", major, minor, ...surplus] = text.split(",");
  if (surplus.length > 0) return null;
  if (major !== undefined && minor !== undefined) return readDeviceNumbers(major, minor);
  return major === undefined && /^(?:\d+|0x[0-9a-f]+)$/i.test(format) ? deviceOf(BigInt(format)) : null;
}
