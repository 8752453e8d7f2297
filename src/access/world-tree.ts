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
  deviceOf,
  entryOf,
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
  /** What the manifest said of an inode. */
  readonly #said = new Map<Inode, ManifestEntry>();
  /** The names that a folder then had in it. */
  readonly #names = new Map<Inode, string>();

  /**
   * Put it there: no permission is asked.
   *
   * @param entries  each behind its folder
   */
  constructor(world: World, { root }: Mount, entries: readonly ManifestEntry[]) {
    this.#root = root;
    const folders = new Map<string, Inode>();
    const byGroup = new Map<number, Inode>();
    for (const entry of entries) {
      const linked = entry.linkGroup === null ? undefined : byGroup.get(entry.linkGroup);
      const inode = entry.path === ROOT_PATH ? root : (linked ?? newInode(world, root, entry));
      if (linked) linked.links++;
      else describe(inode, entry);
      if (entry.linkGroup !== null) byGroup.set(entry.linkGroup, inode);
      if (entry.type === "dir") folders.set(entry.path, inode);
      const folder = folders.get(folderOf(entry.path) ?? "");
      if (folder) addEntry(folder, nameOf(entry.path), inode);
      if (!linked) this.#said.set(inode, entry);
    }
    for (const folder of folders.values()) this.#names.set(folder, namesIn(folder));
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
      entries.push(this.#entryOf(inode, path, linkGroup));
      if (inode.type !== "dir") return;
      for (const [name, child] of inode.entries) walk(child, path === ROOT_PATH ? name : `${path}/${name}`);
    };
    walk(this.#root, ROOT_PATH);
    return manifestOf(entries, "the tree after the script");
  }

  #entryOf(inode: Inode, path: string, linkGroup: number | null): ManifestEntry {
    const said = this.#said.get(inode);
    const isAsItWas = said !== undefined && this.#isUntouched(inode, said);
    const { type, mode, uid, gid, size, target, capability, xattrs, acls } = inode;
    return entryOf({
      path,
      type,
      mode,
      uid: imageId(uid),
      gid: imageId(gid),
      device: type === "chr" || type === "blk" ? deviceOf(BigInt(inode.device)) : null,
      target: type === "symlink" ? target : null,
      linkGroup,
      sizeBytes: isAsItWas ? said.sizeBytes : type === "file" ? size : null,
      sha256: isAsItWas ? said.sha256 : null,
      mtime: isAsItWas ? said.mtime : null,
      ...((acls.access || acls.default) && {
        acls: { access: aclText(acls.access), default: aclText(acls.default) },
      }),
      capability,
      ...(xattrs.size > 0 && { xattrs: new Map(xattrs) }),
      ...(said && { keywords: said.keywords }),
    });
  }

  #isUntouched(inode: Inode, said: ManifestEntry): boolean {
    if (inode.type === "dir") return this.#names.get(inode) === namesIn(inode);
    return inode.type !== "file" || (inode.isProgram && inode.size === (said.sizeBytes ?? 0));
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
  for (const [name, value] of entry.xattrs) inode.setXattr(name, value);
  for (const type of ACL_TYPES) {
    const acl = entry.acls[type];
    if (acl) putAcl(inode, type, asKernelAcl(acl));
  }
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
