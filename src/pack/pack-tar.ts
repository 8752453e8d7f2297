import { quoted, UsernsError } from "../core/index.ts";
import type { InodeType } from "../kernel/index.ts";
import {
  bytesOfPath,
  type FileTime,
  type Manifest,
  type ManifestEntry,
  showAclText,
  xattrsOfFields,
} from "../manifest/index.ts";
import {
  ACL_KEYS,
  bodyPadding,
  type EntryType,
  entryHeader,
  type NewTarEntry,
  tarEnd,
  XATTR_KEYS,
} from "../shift/index.ts";

/** Where the bytes of files come from. */
export interface TreeContents {
  /** A file's bytes: exactly as many as its entry says. */
  open(entry: ManifestEntry): AsyncIterable<Uint8Array>;
}

const TYPES = {
  file: "file",
  dir: "directory",
  symlink: "symlink",
  fifo: "fifo",
  chr: "character device",
  blk: "block device",
} as const satisfies Record<Exclude<InodeType, "sock">, EntryType>;

const TEXT = new TextEncoder();
const NO_TIME: FileTime = { seconds: 0, nanoseconds: 0 };
/** Headers and small files are gathered to this size: a million pieces take longer to hand on than to make. */
const BLOCK_BYTES = 256 * 1024;

/** Paths that no tar holds: sockets, which mean nothing without who listens. */
export function leftOutOfTar({ entries }: Manifest): readonly string[] {
  return entries.filter(({ type }) => type === "sock").map(({ path }) => path);
}

/**
 * A tree as a tar of the owners in its manifest: in canonical order, owners as numbers and without names, attributes as
 * the OCI specification has them, ACLs beside that as tar programs have them. The same manifest and the same bytes are
 * the same archive.
 *
 * @throws UsernsError ERR_MANIFEST for a file whose size is not known, or that gives more or fewer bytes than that
 * @source OCI image specification, "Image Layer Filesystem Changeset"; star(4), SCHILY.acl
 */
export function packTar(manifest: Manifest, contents: TreeContents): AsyncGenerator<Uint8Array> {
  return gathered(pieces(manifest, contents));
}

async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(BLOCK_BYTES);
  let used = 0;
  for await (const piece of pieces) {
    if (used > 0 && used + piece.length > BLOCK_BYTES) {
      yield block.subarray(0, used);
      block = new Uint8Array(BLOCK_BYTES);
      used = 0;
    }
    if (piece.length > BLOCK_BYTES) yield piece;
    else {
      block.set(piece, used);
      used += piece.length;
    }
  }
  yield block.subarray(0, used);
}

async function* pieces(manifest: Manifest, contents: TreeContents): AsyncGenerator<Uint8Array> {
  const firsts = new Map<number, string>();
  for (const entry of manifest.entries) {
    if (entry.type === "sock") continue;
    const first = entry.linkGroup === null ? undefined : firsts.get(entry.linkGroup);
    if (entry.linkGroup !== null && first === undefined) firsts.set(entry.linkGroup, entry.path);
    const written = tarEntry(entry, TYPES[entry.type], first);
    yield entryHeader(written);
    if (written.type !== "file") continue;
    yield* body(entry, written.sizeBytes, contents);
    const padding = bodyPadding(written.sizeBytes);
    if (padding.length > 0) yield padding;
  }
  yield tarEnd();
}

async function* body(entry: ManifestEntry, sizeBytes: number, contents: TreeContents): AsyncGenerator<Uint8Array> {
  let left = sizeBytes;
  if (left > 0)
    for await (const piece of contents.open(entry)) {
      left -= piece.length;
      if (left < 0) break;
      yield piece;
    }
  if (left === 0) return;
  throw new UsernsError("ERR_MANIFEST", {
    where: quoted(entry.path),
    expected: `${sizeBytes} bytes`,
    got: left < 0 ? "more" : `${sizeBytes - left}`,
    fix: "let nobody write to the tree while it is packed",
  });
}

/** @param first  the path of the same file that stands before it in the archive */
function tarEntry(entry: ManifestEntry, type: EntryType, first: string | undefined): NewTarEntry {
  const { path, mode, uid, gid, mtime, device, target } = entry;
  const isLink = first !== undefined;
  const sizeBytes = entry.type === "file" && !isLink ? (entry.sizeBytes ?? Number.NaN) : 0;
  if (Number.isNaN(sizeBytes))
    throw new UsernsError("ERR_MANIFEST", { where: quoted(path), expected: "the size of the file", got: "none" });
  return {
    path: bytesOfPath(entry.type === "dir" ? `${path}/` : path),
    type: isLink ? "hard link" : type,
    mode,
    uid,
    gid,
    sizeBytes,
    mtime: mtime ?? NO_TIME,
    link: bytesOfPath(first ?? target ?? ""),
    device,
    records: isLink ? new Map() : recordsOf(entry),
  };
}

function recordsOf(entry: ManifestEntry): ReadonlyMap<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  for (const [name, value] of xattrsOfFields(entry)) records.set(`${XATTR_KEYS.schily}${name}`, value);
  const { access, default: inherited } = entry.acls;
  if (access) records.set(ACL_KEYS.access, TEXT.encode(withIds(showAclText(access))));
  if (inherited) records.set(ACL_KEYS.default, TEXT.encode(withIds(showAclText(inherited))));
  return records;
}

/** tar programs look for the id behind the last colon, and take what stands before it for a name. */
function withIds(acl: string): string {
  return acl.replace(/\b(user|group):(\d+):([r-][w-][x-])/g, "$1:$2:$3:$2");
}
