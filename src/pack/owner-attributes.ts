import { NO_ID, quoted, UsernsError } from "../core/index.ts";
import {
  type RootlessOwner,
  readOverrideStat,
  readRootlessOwner,
  writeOverrideStat,
  writeRootlessOwner,
} from "../formats/index.ts";
import { type InodeType, MODE_BITS } from "../kernel/index.ts";
import { ENTRY_TYPES, type Manifest, type ManifestEntry, manifestOf } from "../manifest/index.ts";
import type { AttributeValues } from "./attribute-dump.ts";
import { isSameThing } from "./owned-tree.ts";

/** What an attribute says of its file. */
type Said = Partial<Pick<ManifestEntry, "uid" | "gid" | "mode" | "type" | "device">>;

/** An extended attribute in which other tools keep the owners of files that are the caller's. */
interface OwnerAttribute {
  /** Its name on a disk. */
  readonly name: string;
  /** @throws UsernsError ERR_MAP_TEXT */
  readonly read: (value: Uint8Array, where: string) => Said;
  /** @returns null where a file without it is the same */
  readonly write: (entry: ManifestEntry) => Uint8Array | null;
}

const TEXT = { decoder: new TextDecoder(), encoder: new TextEncoder() };

/** The attributes, by the names of {@link OwnerAttributeName}. */
export const OWNER_ATTRIBUTES = {
  rootlesscontainers: { name: "user.rootlesscontainers", read: readRootless, write: writeRootless },
  override_stat: { name: "user.containers.override_stat", read: readOverride, write: writeOverride },
} as const satisfies Record<string, OwnerAttribute>;
export type OwnerAttributeName = keyof typeof OWNER_ATTRIBUTES;

/** Whose a file is of which no attribute says it: what is the caller's is root's to rootless tools. */
const ROOT = { uid: 0, gid: 0 };

/** An attribute, and which value of it the files of a tree have. */
export interface TreeAttributes {
  readonly attribute: OwnerAttributeName;
  readonly values: AttributeValues;
}

/**
 * A tree as attributes on its files say: what can have one and does not is root's.
 *
 * @param disk       the tree as it lies on a disk
 * @param tree       the same tree, with what else is known of modes, devices, ACLs and capabilities
 * @param elsewhere  who owns what can have no such attribute: symbolic links, and special files; null, or where it says
 *                   nothing: root
 * @param name       of the tree, for errors
 * @throws UsernsError ERR_MAP_TEXT for a value that is none, or of a file of another type; ERR_MANIFEST
 * @source rootlesscontainers.proto; umoci 0.4 and containers/storage, by what they make of a tree
 */
export function attributedTree(
  disk: Manifest,
  tree: Manifest,
  { attribute, values }: TreeAttributes,
  elsewhere: Manifest | null,
  name: string,
): Manifest {
  const form: OwnerAttribute = OWNER_ATTRIBUTES[attribute];
  const entries = tree.entries.map((entry): ManifestEntry => {
    const { path } = entry;
    const there = disk.byPath.get(path) ?? entry;
    if (!mayHold(there.type)) return { ...entry, ...ownersIn(elsewhere, entry) };
    const value = values.get(path);
    if (value === undefined) return { ...entry, ...ROOT };
    const where = `${name}: ${quoted(path)}: ${form.name}`;
    const said = { ...entry, ...ROOT, ...form.read(value, where) };
    if (isSameThing(there, said)) return { ...said, sizeBytes: said.type === "file" ? there.sizeBytes : null };
    throw new UsernsError("ERR_MAP_TEXT", {
      where,
      expected: `the type of the file, a ${there.type}${there.type === "file" ? ", or of what an empty file stands for" : ""}`,
      got: said.type,
    });
  });
  return manifestOf(entries, name);
}

/**
 * A layer as the attributes on its entries say, whatever owners these have: {@link attributedTree} of an archive that was
 * made of a rootless tree. The attribute is not among those of the result.
 */
export function attributedLayer(
  entries: readonly ManifestEntry[],
  attribute: OwnerAttributeName,
  elsewhere: Manifest | null,
  where: string,
): Manifest {
  const { name } = OWNER_ATTRIBUTES[attribute];
  const values = new Map<string, Uint8Array>();
  const bare = entries.map((entry): ManifestEntry => {
    const xattrs = new Map(entry.xattrs);
    const value = xattrs.get(name);
    if (value) values.set(entry.path, value);
    xattrs.delete(name);
    return { ...entry, ...ROOT, xattrs };
  });
  const layer = manifestOf(bare, where);
  return attributedTree(layer, layer, { attribute, values }, elsewhere, where);
}

function ownersIn(manifest: Manifest | null, { path, type }: ManifestEntry): Pick<ManifestEntry, "uid" | "gid"> {
  const said = manifest?.byPath.get(path);
  return said && said.type === type ? { uid: said.uid, gid: said.gid } : ROOT;
}

/** On Linux only files and folders can have attributes that anyone may write. @source xattr(7), "Extended user attributes" */
function mayHold(type: InodeType): boolean {
  return type === "file" || type === "dir";
}

/** What attributes keep of a tree, and what they cannot. */
export interface KeptOwners extends TreeAttributes {
  /** Paths of symbolic links that are not root's: no attribute says so. */
  readonly left: readonly string[];
}

/** The values that say who owns a tree of a caller's, in which empty files stand for devices, pipes and sockets. */
export function keptOwners(manifest: Manifest, attribute: OwnerAttributeName): KeptOwners {
  const { write }: OwnerAttribute = OWNER_ATTRIBUTES[attribute];
  const values = new Map<string, Uint8Array>();
  const left: string[] = [];
  for (const entry of manifest.entries) {
    if (entry.type === "symlink") {
      if (entry.uid !== ROOT.uid || entry.gid !== ROOT.gid) left.push(entry.path);
      continue;
    }
    const value = write(entry);
    if (value) values.set(entry.path, value);
  }
  return { attribute, values, left };
}

function readRootless(value: Uint8Array, where: string): Said {
  const { uid, gid }: RootlessOwner = readRootlessOwner(value, where);
  return { uid: uid ?? ROOT.uid, gid: gid ?? ROOT.gid };
}

function writeRootless({ uid, gid }: ManifestEntry): Uint8Array | null {
  return uid === ROOT.uid && gid === ROOT.gid ? null : writeRootlessOwner({ uid, gid });
}

/** The words of the types; a device's is followed by its numbers. */
const TYPE_WORDS = {
  file: "file",
  dir: "dir",
  symlink: "symlink",
  fifo: "pipe",
  sock: "socket",
  blk: "block",
  chr: "char",
} as const satisfies Record<InodeType, string>;

function readOverride(value: Uint8Array, where: string): Said {
  const { uid, gid, mode, type: word, major, minor } = readOverrideStat(TEXT.decoder.decode(value), where);
  if (uid === NO_ID || gid === NO_ID)
    throw new UsernsError("ERR_MAP_TEXT", { where, expected: `owners from 0 to ${NO_ID - 1}`, got: `${uid}:${gid}` });
  const said = { uid, gid, mode: mode & MODE_BITS };
  const type = word === null ? undefined : ENTRY_TYPES.find((one) => word.startsWith(TYPE_WORDS[one]));
  if (type === undefined) return said;
  return { ...said, type, device: type === "blk" || type === "chr" ? { major, minor } : null };
}

function writeOverride({ uid, gid, mode, type, device }: ManifestEntry): Uint8Array {
  const numbers = device ? `-${device.major}-${device.minor}` : "";
  return TEXT.encoder.encode(writeOverrideStat({ uid, gid, mode, type: `${TYPE_WORDS[type]}${numbers}` }));
}
