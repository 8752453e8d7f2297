import { HEADER_PLACES } from "../core/index.ts";

/** Bytes in a block: a header is one, and bodies are filled up to whole ones. */
export const BLOCK = HEADER_PLACES.bytes;

/** A field of a header: where it begins in the block, and its bytes. */
export interface Field {
  readonly at: number;
  readonly width: number;
}

/**
 * The fields that are read or changed here.
 *
 * @source POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"
 */
export const FIELDS = {
  name: { at: 0, width: 100 },
  mode: { at: 100, width: 8 },
  uid: { at: HEADER_PLACES.uid, width: HEADER_PLACES.fieldBytes },
  gid: { at: HEADER_PLACES.gid, width: HEADER_PLACES.fieldBytes },
  size: { at: 124, width: 12 },
  mtime: { at: 136, width: 12 },
  checksum: { at: HEADER_PLACES.checksum, width: HEADER_PLACES.fieldBytes },
  type: { at: 156, width: 1 },
  link: { at: 157, width: 100 },
  magic: { at: 257, width: 8 },
  uname: { at: 265, width: 32 },
  gname: { at: 297, width: 32 },
  major: { at: 329, width: 8 },
  minor: { at: 337, width: 8 },
  prefix: { at: 345, width: 155 },
} as const satisfies Record<string, Field>;

/** Where an old GNU sparse header, and each block of its extension, says that (another) such block follows. */
export const SPARSE_MORE = { header: 482, block: 504 } as const;

/** The letters of the type field that mean something here. */
export const TYPE = {
  pax: code("x"),
  paxGlobal: code("g"),
  solarisPax: code("X"),
  longName: code("L"),
  longLink: code("K"),
  gnuSparse: code("S"),
  /** Solaris' tar: the body is the ACL, in text, of the entry that follows. */
  solarisAcl: code("A"),
  volumeLabel: code("V"),
  oldLongNames: code("N"),
} as const;

/** What an entry of a type brings along. */
export interface EntryShape {
  /** Is there a body, as long as the size field says? Links, devices, folders and pipes have none, whatever it says. */
  readonly hasBody: boolean;
  /** Does anybody own it? A volume label and a table of names belong to no one. */
  readonly hasOwner: boolean;
  /** A file, folder, link or device of plain ustar: nothing in its header but what {@link FIELDS} names. */
  readonly isPlain: boolean;
}

const FILE: EntryShape = { hasBody: true, hasOwner: true, isPlain: false };
const SHAPES: readonly EntryShape[] = Array.from({ length: 256 }, (_, type) => {
  if (type === 0 || type === code("0") || type === code("7")) return { ...FILE, isPlain: true };
  if (type >= code("1") && type <= code("6")) return { hasBody: false, hasOwner: true, isPlain: true };
  if (type === TYPE.volumeLabel || type === TYPE.oldLongNames) return { ...FILE, hasOwner: false };
  // POSIX: a type that is not known is read as a file.
  return FILE;
});

/** The shape of an entry by the byte of its type field. */
export function shapeOf(type: number): EntryShape {
  return SHAPES[type] ?? FILE;
}

/** Does this header say something about the entry that follows, rather than being one? */
export function isExtension(type: number): boolean {
  return (
    type === TYPE.pax ||
    type === TYPE.paxGlobal ||
    type === TYPE.solarisPax ||
    type === TYPE.longName ||
    type === TYPE.longLink
  );
}

/** Is the extension made of pax records? */
export function hasRecords(type: number): boolean {
  return type === TYPE.pax || type === TYPE.paxGlobal || type === TYPE.solarisPax;
}

/** The two marks that stand where a header says which format it has; other headers are from before both. */
export const MAGIC = { ustar: "ustar\0" + "00", gnu: "ustar  \0" } as const;

function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let k = 0; k < text.length; k++) if (bytes[at + k] !== text.charCodeAt(k)) return false;
  return true;
}

/** Is the header of GNU tar's own format? It has no pax records: what does not fit a field is binary there. */
export function isGnu(bytes: Uint8Array, header: number): boolean {
  return hasText(bytes, header + FIELDS.magic.at, MAGIC.gnu);
}

/** Are there fields for the names of user and group? */
export function hasNames(bytes: Uint8Array, header: number): boolean {
  return hasText(bytes, header + FIELDS.magic.at, "ustar");
}

/** Is there a field for the front part of a path? */
export function hasPrefix(bytes: Uint8Array, header: number): boolean {
  return hasText(bytes, header + FIELDS.magic.at, "ustar\0");
}

/** Bytes that a body of `size` takes, filled up to whole blocks. */
export function inBlocks(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function code(letter: string): number {
  return letter.charCodeAt(0);
}
