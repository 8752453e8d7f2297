import { type Kind, mapUp, NO_ID, type OwnerKind } from "../core/index.ts";
import type { OwnerMaps } from "../explain/index.ts";
import type { Manifest } from "../manifest/index.ts";
import {
  attributedTree,
  type FoundTree,
  fakedTree,
  OWNER_ATTRIBUTES,
  type OwnerAttributeName,
  type OwnerReading,
  readFakeroot,
  withDiskAttributes,
} from "../pack/index.ts";
import { usageFault } from "./fault.ts";
import { withDigests } from "./file-digests.ts";
import { readOwnerXattrs, readXattrs } from "./owner-xattrs.ts";
import type { Terminal } from "./terminal.ts";
import { readText } from "./text-file.ts";
import { type DiskTree, readTree } from "./tree-read.ts";

/** What a tree on a disk is read by. */
export interface DiskReading {
  readonly xattr?: OwnerAttributeName;
  readonly fakeroot?: string;
  readonly attributes?: true;
  readonly contents?: true;
  readonly builder: OwnerReading["builder"];
}

/** Attributes that an image may have and whoever reads a tree may see; others are of the machine. */
const USER = "user.";
const ATTRIBUTES = "^(system\\.posix_acl_(access|default)|security\\.capability|user\\..*)$";

/**
 * A tree on a disk, as a manifest is held against it.
 *
 * @param maps  between its image and the disk; null: the ids are the same
 * @throws UsernsError ERR_USAGE for options that exclude each other, ERR_FILE, and what owners are read with throws
 */
export async function foundOnDisk(
  folder: string,
  wanted: Manifest,
  maps: OwnerMaps | null,
  reading: DiskReading,
  terminal: Terminal,
): Promise<FoundTree> {
  checkSources(reading, maps);
  const tree = await readTree(folder, terminal);
  const manifest = await withOwners(tree, folder, wanted, reading, terminal);
  const isRead = reading.contents === true && wanted.entries.some(({ sha256 }) => sha256 !== null);
  const { entries } = isRead ? await withDigests(manifest, tree.files, folder) : manifest;
  const inImage = (kind: OwnerKind, id: number): number | null => {
    const up = maps ? mapUp<Kind>(maps[kind], id) : id;
    return up === NO_ID ? null : up;
  };
  const found = { owners: { inImage, builder: reading.builder }, hasStandIns: true };
  if (!reading.attributes) return { ...found, entries, readsAttribute: null };
  const attributes = await readXattrs(folder, ATTRIBUTES, "--attributes");
  const ofOwner = reading.xattr && OWNER_ATTRIBUTES[reading.xattr].name;
  return {
    ...found,
    entries: withDiskAttributes(entries, attributes, inImage),
    readsAttribute: (name) => name.startsWith(USER) && name !== ofOwner,
  };
}

/** Owners come from one place. */
function checkSources({ xattr, fakeroot }: DiskReading, maps: OwnerMaps | null): void {
  if (xattr !== undefined && maps)
    throw usageFault("--xattr", "--map or --xattr, whose owners are those of the image", "both");
  if (fakeroot !== undefined && maps)
    throw usageFault("--fakeroot", "--map or --fakeroot, whose owners are those of the image", "both");
  if (fakeroot !== undefined && xattr !== undefined) throw usageFault("--fakeroot", "--xattr or --fakeroot", "both");
}

async function withOwners(
  tree: DiskTree,
  folder: string,
  wanted: Manifest,
  { xattr, fakeroot }: DiskReading,
  terminal: Terminal,
): Promise<Manifest> {
  const { manifest } = tree;
  if (fakeroot !== undefined) {
    const save = readFakeroot(await readText(fakeroot, "latin1"), fakeroot);
    return fakedTree(manifest, save, (path) => tree.files.fileAt(path), folder);
  }
  if (xattr === undefined) return manifest;
  return attributedTree(manifest, manifest, await readOwnerXattrs(folder, xattr, terminal), wanted, folder);
}
