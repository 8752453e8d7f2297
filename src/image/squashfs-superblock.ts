import { imageFault } from "./image-fault.ts";

/** A squashfs image whose bytes can be had in any order. */
export interface SeekableImage {
  readonly name: string;
  readonly sizeBytes: number;
  /** The bytes from `offset`: `length` of them, or those that there are. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** How blocks of tables are packed, by the number that stands for it. */
const COMPRESSORS = ["", "gzip", "lzma", "lzo", "xz", "lz4", "zstd"] as const;
export type SquashfsCompressor = Exclude<(typeof COMPRESSORS)[number], "">;

/** What of a superblock the place of the tables follows from. @source Documentation/filesystems/squashfs.rst, "The Superblock" */
export interface Superblock {
  readonly bytes: Uint8Array;
  readonly inodes: number;
  readonly compressor: SquashfsCompressor;
  readonly idCount: number;
  /** Bytes of the image itself; what stands behind them only fills the file up. */
  readonly bytesUsed: number;
  /** Where the tables of inodes and of folders begin, and how far into the first the block of the root's inode lies. */
  readonly inodeTable: bigint;
  readonly folderTable: bigint;
  readonly rootBlock: bigint;
  readonly idIndex: number;
  /** Null where the image has no such table. */
  readonly xattrIndex: number | null;
  readonly exportIndex: number | null;
  readonly fragments: number;
  readonly fragmentIndex: number | null;
}

export const SUPERBLOCK_BYTES = 96;
/** The first bytes of every such image. */
export const SQUASHFS_MAGIC = [0x68, 0x73, 0x71, 0x73] as const;
export const FIELDS = {
  inodes: 4,
  fragments: 16,
  compressor: 20,
  idCount: 26,
  major: 28,
  root: 32,
  bytesUsed: 40,
  ids: 48,
  xattrs: 56,
  inodeTable: 64,
  folderTable: 72,
  fragmentIndex: 80,
  exports: 88,
} as const;
type TableField = "ids" | "xattrs" | "exports" | "fragmentIndex";
const NO_TABLE = 0xffff_ffff_ffff_ffffn;

export function isSquashfs(head: Uint8Array): boolean {
  return SQUASHFS_MAGIC.every((byte, index) => head[index] === byte);
}

/** @throws UsernsError ERR_IMAGE */
export async function readSuperblock(image: SeekableImage): Promise<Superblock> {
  const bytes = await image.read(0, SUPERBLOCK_BYTES);
  const fail = (field: keyof typeof FIELDS, expected: string, got: string) =>
    imageFault(`${image.name}: superblock, byte ${FIELDS[field]}`, expected, got);
  if (bytes.length < SUPERBLOCK_BYTES || !isSquashfs(bytes))
    throw imageFault(`${image.name}: superblock`, "a squashfs image, little-endian", "another file");
  const view = viewOf(bytes);
  const major = view.getUint16(FIELDS.major, true);
  if (major !== 4) throw fail("major", "squashfs 4", `squashfs ${major}`);
  const number = view.getUint16(FIELDS.compressor, true);
  const compressor = COMPRESSORS[number];
  if (!compressor) throw fail("compressor", "a compressor of 1 to 6", String(number));
  const bytesUsed = Number(view.getBigUint64(FIELDS.bytesUsed, true));
  if (bytesUsed > image.sizeBytes)
    throw fail("bytesUsed", `at most the ${image.sizeBytes} bytes of the file`, String(bytesUsed));
  const table = (field: TableField): number | null => {
    const start = view.getBigUint64(FIELDS[field], true);
    if (start === NO_TABLE) return null;
    if (start >= SUPERBLOCK_BYTES && start < bytesUsed) return Number(start);
    throw fail(field, `a table in the ${bytesUsed} bytes of the image`, `one at byte ${start}`);
  };
  const idIndex = table("ids");
  if (idIndex === null) throw fail("ids", "a table of ids", "none");
  const inodes = view.getUint32(FIELDS.inodes, true);
  const fragments = view.getUint32(FIELDS.fragments, true);
  const idCount = view.getUint16(FIELDS.idCount, true);
  return {
    bytes,
    inodes,
    compressor,
    idCount,
    bytesUsed,
    inodeTable: view.getBigUint64(FIELDS.inodeTable, true),
    folderTable: view.getBigUint64(FIELDS.folderTable, true),
    // Below it stands the place in that block.
    rootBlock: view.getBigUint64(FIELDS.root, true) >> 16n,
    idIndex,
    xattrIndex: table("xattrs"),
    fragments,
    // What stands there in an image without fragments is no place.
    fragmentIndex: fragments === 0 ? null : table("fragmentIndex"),
    exportIndex: table("exports"),
  };
}

/** Where the tables lie that were moved; one that an image has not is not among them. */
export type MovedTables = { readonly [Field in TableField]: number | null } & { readonly bytesUsed: number };

/** The superblock for tables that lie elsewhere. */
export function withTables({ bytes }: Superblock, moved: MovedTables): Uint8Array {
  const changed = bytes.slice();
  const view = viewOf(changed);
  for (const field of ["bytesUsed", "ids", "xattrs", "exports", "fragmentIndex"] as const) {
    const place = moved[field];
    if (place !== null) view.setBigUint64(FIELDS[field], BigInt(place), true);
  }
  return changed;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
