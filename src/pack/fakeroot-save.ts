import { isId, NO_ID, quoted, UsernsError } from "../core/index.ts";
import { type InodeType, MODE_BITS } from "../kernel/index.ts";
import {
  deviceOf,
  ENTRY_TYPES,
  type Manifest,
  type ManifestEntry,
  manifestOf,
  numberOfDevice,
} from "../manifest/index.ts";

/** What tells a file apart on its machine. */
export interface DiskNumbers {
  readonly device: bigint;
  readonly inode: bigint;
}

/** A file on a disk, and how many names it has. */
export interface DiskFile extends DiskNumbers {
  readonly links: bigint;
}

/** What fakeroot pretends of a file. */
type Pretended = Pick<ManifestEntry, "type" | "mode" | "uid" | "gid" | "device">;

/** What fakeroot wrote down when it ended (`fakeroot -s FILE`): by device and inode, never by path. */
export type FakerootSave = ReadonlyMap<string, Pretended>;

const LINE = /^dev=([0-9a-f]+),ino=(\d+),mode=([0-7]+),uid=(\d+),gid=(\d+),nlink=\d+,rdev=(\d+)$/;
const EXPECTED = "dev=HEX,ino=N,mode=OCTAL,uid=N,gid=N,nlink=N,rdev=N, as fakeroot -s writes it";

/** @source inode(7), "The file type and mode" */
const TYPE_BITS = 0o170000;
const TYPE_CODES = {
  sock: 0o140000,
  symlink: 0o120000,
  file: 0o100000,
  blk: 0o060000,
  dir: 0o040000,
  chr: 0o020000,
  fifo: 0o010000,
} as const satisfies Record<InodeType, number>;
const TYPES: ReadonlyMap<number, InodeType> = new Map(ENTRY_TYPES.map((type) => [TYPE_CODES[type], type]));
/** Whose fakeroot shows a file to be of which it has written nothing down. */
const ROOT = { uid: 0, gid: 0 };

/**
 * Read what fakeroot wrote down.
 *
 * @param name  of the file, for errors
 * @throws UsernsError ERR_MANIFEST with the line
 * @source fakeroot 1.31: what `fakeroot -s` wrote, and `fakeroot -i` read (measured)
 * @example readFakeroot("dev=1,ino=2,mode=104755,uid=33,gid=0,nlink=1,rdev=0\n", "save").size // 1
 */
export function readFakeroot(text: string, name: string): FakerootSave {
  const found = new Map<string, Pretended>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const [, dev = "", ino = "", mode = "", uid = "", gid = "", rdev = ""] = LINE.exec(line) ?? [];
    const bits = Number.parseInt(mode, 8);
    const type = TYPES.get(bits & TYPE_BITS);
    const owners = { uid: Number(uid), gid: Number(gid) };
    if (!type || !isOwner(owners.uid) || !isOwner(owners.gid))
      throw new UsernsError("ERR_MANIFEST", { where: `${name}:${index + 1}`, expected: EXPECTED, got: quoted(line) });
    const device = type === "chr" || type === "blk" ? deviceOf(BigInt(rdev)) : null;
    found.set(keyOf({ device: BigInt(`0x${dev}`), inode: BigInt(ino) }), {
      type,
      mode: bits & MODE_BITS,
      ...owners,
      device,
    });
  }
  return found;
}

function isOwner(id: number): boolean {
  return isId(id) && id !== NO_ID;
}

function keyOf({ device, inode }: DiskNumbers): string {
  return `${device} ${inode}`;
}

/**
 * A tree as fakeroot shows it: what it wrote nothing down of is root's, its mode that of the disk.
 *
 * @param numbersOf  of a path of the tree
 * @param name       of the result, for errors
 */
export function fakedTree(
  tree: Manifest,
  save: FakerootSave,
  numbersOf: (path: string) => DiskNumbers,
  name: string,
): Manifest {
  const entries = tree.entries.map((entry): ManifestEntry => {
    const pretended = save.get(keyOf(numbersOf(entry.path)));
    return { ...entry, ...ROOT, ...pretended };
  });
  return manifestOf(entries, name);
}

/**
 * What fakeroot reads (`fakeroot -i FILE`) to show a tree as its manifest says.
 *
 * @param fileAt  the file on the disk of a path of the manifest
 */
export function writeFakeroot(manifest: Manifest, fileAt: (path: string) => DiskFile): string {
  const lines = new Map<string, string>();
  for (const { path, type, mode, uid, gid, device } of manifest.entries) {
    const file = fileAt(path);
    const bits = (TYPE_CODES[type] | mode).toString(8);
    const rdev = device ? numberOfDevice(device) : 0n;
    const line = `dev=${file.device.toString(16)},ino=${file.inode},mode=${bits},uid=${uid},gid=${gid},nlink=${file.links},rdev=${rdev}`;
    lines.set(keyOf(file), `${line}\n`);
  }
  return [...lines.values()].join("");
}
