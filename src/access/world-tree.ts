import { CLASSICAL, type Kuid64, type OwnerKind } from "../core/index.ts";
import {
  ACL_TYPES,
  type AclEntryText,
  addEntry,
  Inode,
  type Mount,
  type PosixAcl,
  putAcl,
  type World,
} from "../kernel/index.ts";
import {
  asKernelAcl,
  BARE_ENTRY,
  deviceOf,
  folderOf,
  type Manifest,
  type ManifestEntry,
  manifestOf,
  numberOfDevice,
  ROOT_PATH,
} from "../manifest/index.ts";

/** The tree of a manifest on a file system of a world: ids of the image are the kernel's. */
export class WorldTree {
  readonly #root: Inode;
  /** What the manifest said of an inode, and the names that it then had in it. */
  readonly #said = new Map<Inode, { readonly entry: ManifestEntry; readonly names: string }>();

  /** Put it there: no permission is asked. */
  constructor(world: World, { root }: Mount, manifest: Manifest) {
    this.#root = root;
    const byPath = new Map<string, Inode>();
    const byGroup = new Map<number, Inode>();
    for (const entry of manifest.entries) {
      const linked = entry.linkGroup === null ? undefined : byGroup.get(entry.linkGroup);
      const inode = entry.path === ROOT_PATH ? root : (linked ?? newInode(world, root, entry));
      if (linked) linked.links++;
      else describe(inode, entry);
      if (entry.linkGroup !== null) byGroup.set(entry.linkGroup, inode);
      byPath.set(entry.path, inode);
      const folder = byPath.get(folderOf(entry.path) ?? "");
      if (folder) addEntry(folder, nameOf(entry.path), inode);
      if (!linked) this.#said.set(inode, { entry, names: "" });
    }
    for (const [inode, { entry }] of this.#said) this.#said.set(inode, { entry, names: namesIn(inode) });
  }

  /**
   * The tree as it is now. What the model does not know (what was written, and when) is left out where it changed: the
   * size of a file that was written to is the model's, its digest and its time are nobody's.
   */
  manifest(): Manifest {
    const groups = new Map<Inode, number>();
    const entries: ManifestEntry[] = [];
    const walk = (inode: Inode, path: string): void => {
      const linkGroup = inode.type !== "dir" && inode.links > 1 ? (groups.get(inode) ?? groups.size + 1) : null;
      if (linkGroup !== null) groups.set(inode, linkGroup);
      entries.push({ ...this.#entryOf(inode), path, linkGroup });
      for (const [name, child] of inode.entries) walk(child, path === ROOT_PATH ? name : `${path}/${name}`);
    };
    walk(this.#root, ROOT_PATH);
    return manifestOf(entries, "the tree after the script");
  }

  #entryOf(inode: Inode): ManifestEntry {
    const said = this.#said.get(inode);
    const isAsItWas = said !== undefined && isUntouched(inode, said.entry) && said.names === namesIn(inode);
    const { type, mode, uid, gid, size, target, capability, xattrs, acls } = inode;
    return {
      ...BARE_ENTRY,
      path: "",
      type,
      mode,
      uid: imageId(uid),
      gid: imageId(gid),
      device: type === "chr" || type === "blk" ? deviceOf(BigInt(inode.device)) : null,
      target: type === "symlink" ? target : null,
      sizeBytes: isAsItWas ? said.entry.sizeBytes : type === "file" ? size : null,
      sha256: isAsItWas ? said.entry.sha256 : null,
      mtime: isAsItWas ? said.entry.mtime : null,
      acls: { access: aclText(acls.access), default: aclText(acls.default) },
      capability,
      xattrs: new Map(xattrs),
      keywords: said?.entry.keywords ?? BARE_ENTRY.keywords,
    };
  }
}

function newInode(world: World, root: Inode, { type, mode, uid, gid }: ManifestEntry): Inode {
  return new Inode(world.inodeColumns, { superblock: root.superblock, type, mode, uid: kid(uid), gid: kid(gid) });
}

function describe(inode: Inode, entry: ManifestEntry): void {
  inode.mode = entry.mode;
  inode.setUid(kid(entry.uid));
  inode.setGid(kid(entry.gid));
  inode.size = entry.sizeBytes ?? 0;
  inode.target = entry.target ?? "";
  // Whether it is one cannot be known; what is written to is none any more, and by that it is found.
  inode.isProgram = entry.type === "file";
  inode.device = entry.device ? Number(numberOfDevice(entry.device)) : 0;
  inode.capability = entry.capability;
  for (const [name, value] of entry.xattrs) inode.xattrs.set(name, value);
  for (const type of ACL_TYPES) {
    const acl = entry.acls[type];
    if (acl) putAcl(inode, type, asKernelAcl(acl));
  }
}

function isUntouched(inode: Inode, entry: ManifestEntry): boolean {
  return inode.type !== "file" || (inode.isProgram && inode.size === (entry.sizeBytes ?? 0));
}

function namesIn(inode: Inode): string {
  return JSON.stringify([...inode.entries.keys()].sort());
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function kid<K extends OwnerKind>(id: number): Kuid64<K> {
  return { id, number: CLASSICAL };
}

/** Back from the world, where the ids of the image stand for the kernel's. */
function imageId({ id }: Kuid64): number {
  return id;
}

function aclText(acl: PosixAcl | null): readonly AclEntryText[] | null {
  if (!acl) return null;
  return acl.map((entry): AclEntryText => {
    const { perm } = entry;
    if (entry.tag === "user") return { tag: "user", id: imageId(entry.kid), perm };
    if (entry.tag === "group") return { tag: "group", id: imageId(entry.kid), perm };
    return { tag: entry.tag, id: null, perm };
  });
}
