import { type IdMap, NO_ID, UsernsError } from "../core/index.ts";
import { capabilityHead, capabilityRoot } from "../kernel/capability-xattr.ts";
import { type CapabilityRule, type ShiftMaps, shiftId, smallestFit, type Unmapped } from "../shift/index.ts";
import { imageFault } from "./image-fault.ts";
import {
  FIELDS,
  readSuperblock,
  type SeekableImage,
  SUPERBLOCK_BYTES,
  type Superblock,
  viewOf,
  withTables,
} from "./squashfs-superblock.ts";
import { readBlock, readIndex, requireWhole, type TableIndex, type UnpackBlock } from "./squashfs-table.ts";
import { SquashfsTail } from "./squashfs-tail.ts";
import { capabilitiesIn, readXattrTable, type XattrTable } from "./squashfs-xattrs.ts";

/** The rules by which a squashfs image is shifted. */
export interface SquashfsRules extends ShiftMaps {
  readonly unmapped: Unmapped;
  readonly capabilities: CapabilityRule;
}

/** What makes a shifted image of an image: bytes behind its own, and a superblock that leads to them. */
export interface SquashfsPatch {
  readonly isShifted: true;
  /** Ids in the table, which users and groups share, and what each becomes. */
  readonly ids: readonly { readonly from: number; readonly to: number }[];
  readonly tail: { readonly offset: number; readonly bytes: Uint8Array };
  readonly superblock: Uint8Array;
}

/** Ids of the table that the map does not hold. */
export interface SquashfsRefusal {
  readonly isShifted: false;
  readonly unmapped: readonly number[];
  readonly fit: IdMap<"uid"> | null;
}

const ID_BYTES = 4;
const INODE_POINTER_BYTES = 8;
const FRAGMENT_BYTES = 16;
/** Zeros that a tool fills a file up with. */
const MAX_FILLING = 4 << 20;

/**
 * What to write to shift the owners of a squashfs image: all of them stand in one table, so the rest of the image stays.
 *
 * The new table, and the tables that Linux wants around it, are written behind the image; until the superblock is
 * written too, it is the image that it was. Nothing of its files is read: the time does not depend on its size.
 *
 * @returns what to write; or the ids that are not mapped. Which files they own is not looked up
 * @throws  UsernsError ERR_IMAGE for an image that is not sound; ERR_COMPRESSION for a table that cannot be unpacked;
 *          ERR_UNMAPPED for what cannot be said in the table: users and groups that part, root ids of capabilities
 * @source  Documentation/filesystems/squashfs.rst; which tables must follow one another: asked of Linux 6.18
 */
export async function shiftSquashfs(
  image: SeekableImage,
  rules: SquashfsRules,
  unpack: UnpackBlock,
): Promise<SquashfsPatch | SquashfsRefusal> {
  const superblock = await readSuperblock(image);
  await checkFilling(image, superblock);
  const tables = await readTables(image, superblock);
  const old = await readIds(image, superblock, tables.ids, unpack);
  const unmapped = [...new Set(old)].filter((id) =>
    [shiftId(rules, "uid", id), shiftId(rules, "gid", id)].includes(NO_ID),
  );
  if (rules.unmapped.mode === "refuse" && unmapped.length > 0) {
    const ascending = unmapped.sort((a, b) => a - b);
    return { isShifted: false, unmapped: ascending, fit: smallestFit(rules.uids, ascending, rules.reverse) };
  }
  const ids = [...old].map((from) => ({ from, to: newId(from, rules, image.name) }));
  if (tables.xattrs) await checkCapabilities(image, superblock, tables.xattrs, rules, unpack);
  return { isShifted: true, ids, ...(await moved(image, superblock, tables, ids)) };
}

/** What stands behind an image is written over: hashes of its bytes, say, which would no longer be theirs. */
async function checkFilling(image: SeekableImage, { bytesUsed }: Superblock): Promise<void> {
  const length = image.sizeBytes - bytesUsed;
  const filling = await image.read(bytesUsed, Math.min(length, MAX_FILLING));
  if (length > MAX_FILLING || filling.some((byte) => byte !== 0))
    throw imageFault(`${image.name}: byte ${bytesUsed}`, "nothing behind the image but some zeros", `${length} bytes`);
}

interface Tables {
  readonly fragments: TableIndex | null;
  readonly ids: TableIndex;
  readonly exports: TableIndex | null;
  readonly xattrs: XattrTable | null;
}

/** Linux takes no image in which something lies between these tables. */
async function readTables(image: SeekableImage, superblock: Superblock): Promise<Tables> {
  const { idIndex, idCount, xattrIndex, exportIndex, fragmentIndex, inodes, bytesUsed } = superblock;
  const ids = await readIndex(image, idIndex, idCount, ID_BYTES, "ids");
  const xattrs = xattrIndex === null ? null : await readXattrTable(image, xattrIndex);
  const exports =
    exportIndex === null ? null : await readIndex(image, exportIndex, inodes, INODE_POINTER_BYTES, "inodes");
  const fragments =
    fragmentIndex === null
      ? null
      : await readIndex(image, fragmentIndex, superblock.fragments, FRAGMENT_BYTES, "fragments");
  const behind = (table: TableIndex, next: number | undefined, name: string): void => {
    if (table.end !== next)
      throw imageFault(
        `${image.name}: table of ${name}, byte ${table.start}`,
        `an end at ${next}, where the next one begins`,
        `one at ${table.end}`,
      );
  };
  if (exports) behind(exports, ids.blocks[0], "inodes");
  behind(ids, xattrs?.start ?? bytesUsed, "ids");
  if (xattrs) behind(xattrs.index, bytesUsed, "extended attributes");
  checkInodes(image.name, superblock, (fragments ?? exports ?? ids).blocks[0] ?? bytesUsed);
  return { fragments, exports, ids, xattrs };
}

/**
 * What inodes and folders say is not read, and stays; but where they lie, Linux holds against the tables that are moved.
 *
 * @param end     where the next table begins
 * @source asked of Linux 6.18, which mounts no image that is refused here
 */
function checkInodes(name: string, { inodeTable, folderTable, rootBlock }: Superblock, end: number): void {
  const fail = (field: "inodeTable" | "root", expected: string, got: string): UsernsError =>
    imageFault(`${name}: superblock, byte ${FIELDS[field]}`, expected, got);
  if (inodeTable < SUPERBLOCK_BYTES || inodeTable >= folderTable || folderTable > end)
    throw fail(
      "inodeTable",
      `tables of inodes and then of folders, from byte ${SUPERBLOCK_BYTES} to ${end}`,
      `inodes at ${inodeTable}, folders at ${folderTable}`,
    );
  const length = folderTable - inodeTable;
  if (rootBlock >= length)
    throw fail("root", `the root's inode in the ${length} bytes of the table of inodes`, `one at byte ${rootBlock}`);
}

async function readIds(
  image: SeekableImage,
  { compressor, idCount }: Superblock,
  index: TableIndex,
  unpack: UnpackBlock,
) {
  const ids = new Uint32Array(idCount);
  let read = 0;
  for (const [number, block] of index.blocks.entries()) {
    const { bytes } = await readBlock(image, block, compressor, unpack);
    if (number < index.blocks.length - 1) requireWhole(image.name, block, bytes);
    const view = viewOf(bytes);
    for (let at = 0; at + ID_BYTES <= bytes.length && read < idCount; at += ID_BYTES)
      ids[read++] = view.getUint32(at, true);
  }
  if (read < idCount) throw imageFault(`${image.name}: table of ids, byte ${index.start}`, `${idCount} ids`, `${read}`);
  return ids;
}

/** @throws UsernsError ERR_UNMAPPED where an id becomes one user and another group */
function newId(id: number, rules: SquashfsRules, name: string): number {
  const become = (kind: "uid" | "gid"): number => {
    const to = shiftId(rules, kind, id);
    if (to !== NO_ID) return to;
    return rules.unmapped.mode === "squash" ? rules.unmapped[kind] : id;
  };
  const [uid, gid] = [become("uid"), become("gid")];
  if (uid === gid) return uid;
  throw new UsernsError("ERR_UNMAPPED", {
    where: `${name}: table of ids`,
    expected: "maps that take users and groups alike: squashfs keeps both in one table",
    got: `${id}, which becomes user ${uid} and group ${gid}`,
    fix: "unpack the image and make it anew: unsquashfs, mksquashfs",
  });
}

/** Root ids stand among the names and values, which stay as they are. */
async function checkCapabilities(
  image: SeekableImage,
  superblock: Superblock,
  table: XattrTable,
  rules: SquashfsRules,
  unpack: UnpackBlock,
): Promise<void> {
  for (const value of await capabilitiesIn(image, superblock, table, unpack)) {
    const head = capabilityHead(value);
    const root = head?.revision === 3 ? capabilityRoot(value) : null;
    const isKept = root === null ? rules.capabilities === "keep" : shiftId(rules, "uid", root) === root;
    if (isKept) continue;
    throw new UsernsError("ERR_UNMAPPED", {
      where: `${image.name}: extended attributes`,
      expected: "file capabilities that keep their root id: in squashfs only owners can be shifted in place",
      got:
        root === null
          ? "one without a root id, which --capabilities namespace would give one"
          : `one whose root id is ${root}`,
      fix: "unpack the image, shift it as a tar, and make it anew: unsquashfs, userns shift, sqfstar",
    });
  }
}

/** The tables written behind the image, in the order that Linux and unsquashfs want. */
async function moved(image: SeekableImage, superblock: Superblock, tables: Tables, ids: SquashfsPatch["ids"]) {
  const tail = new SquashfsTail(image, superblock.bytesUsed);
  const fragmentIndex = tables.fragments && (await tail.copy(tables.fragments));
  const exports = tables.exports && (await tail.copy(tables.exports));
  const numbers = new Uint8Array(ids.length * ID_BYTES);
  for (const [index, { to }] of ids.entries()) viewOf(numbers).setUint32(index * ID_BYTES, to, true);
  const idIndex = tail.addTable(numbers);
  const xattrs = tables.xattrs && (await tail.copyXattrs(tables.xattrs));
  const bytesUsed = tail.end;
  const places = { bytesUsed, ids: idIndex, exports, xattrs, fragmentIndex };
  return {
    tail: { offset: superblock.bytesUsed, bytes: tail.filled() },
    superblock: withTables(superblock, places),
  };
}
