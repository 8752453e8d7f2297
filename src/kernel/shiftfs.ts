import { isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import { changeAcl } from "./acl-xattr.ts";
import { createEntry, mayCreate } from "./create.ts";
import { addEntry } from "./directory.ts";
import type { SetAttr } from "./iattr.ts";
import { Inode, type InodeOperations, type NamedInode, type RenameFlag, type Superblock } from "./inode.ts";
import { inodePermission } from "./inode-permission.ts";
import { SETGID } from "./mode.ts";
import type { MountFlags, Path } from "./mount.ts";
import { MAY } from "./permission.ts";
import { ACL_TYPES, type AclType, mapAclIds, type PosixAcl } from "./posix-acl.ts";
import { mayMove, moveEntry } from "./rename.ts";
import { notifyChange } from "./setattr.ts";
import { markerAs, type Shifted, shiftDown, shiftUp } from "./shiftfs-ids.ts";
import { mayDelete } from "./unlink.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";
import { changeXattr, readXattr } from "./xattr.ts";

const SOURCE = "shiftfs, as Ubuntu had it";

const RULES = ruleTable({
  noDeviceMade: {
    sentence: "On shiftfs mknod makes fifos and sockets only.",
    source: `${SOURCE}: EPERM; vectors/proposals C65`,
  },
  aclTranslates: {
    sentence:
      "An ACL that names an id without a counterpart is neither asked, read nor set: whoever would be held to it is refused.",
    source: `${SOURCE}: EOVERFLOW; vectors/proposals C66`,
  },
});

/** What passes through to the file system below: 1, what statfs tells; 2, ioctls of a list. */
export type Passthrough = 0 | 1 | 2 | 3;

/** What was agreed on at the mount. */
export interface ShiftfsTerms {
  /** Is it the view of a marked directory, not shifted yet? */
  readonly isMark: boolean;
  /** What its mark lets pass; of a mark what it lets pass itself. */
  readonly passthroughOfMark: Passthrough;
  passthrough: Passthrough;
  /** The flags that no remount takes away. */
  readonly flags: Set<keyof MountFlags>;
}

/**
 * A tree whose owners are those of another one, taken from the namespace that owns the file system below to the one
 * that mounted it: `make_kuid(to, from_kuid(from, kuid))`. So the ids used inside are the ones that land on the disk.
 *
 * @source shiftfs, as Ubuntu had it (fs/shiftfs.c)
 */
export class Shiftfs implements InodeOperations {
  readonly runsPrograms = true;
  readonly root: Inode;
  readonly shifted: Shifted;
  readonly terms: ShiftfsTerms;
  readonly #world: World;
  readonly #superblock: Superblock;
  readonly #lowerOf = new Map<Inode, Inode>();
  readonly #shownAs = new Map<Inode, Inode>();

  /** @param superblock  its own, given these operations */
  constructor(world: World, shifted: Shifted, terms: ShiftfsTerms, superblock: (operations: Shiftfs) => Superblock) {
    this.#world = world;
    this.shifted = shifted;
    this.terms = terms;
    this.#superblock = superblock(this);
    this.root = this.#show(shifted.lower.inode);
  }

  /** The inode below. @throws for one of another file system */
  lowerOf(inode: Inode): Inode {
    const lower = this.#lowerOf.get(inode);
    if (!lower) throw new Error(`${this.#superblock.name}: an inode of another file system`);
    return lower;
  }

  /** Bring a file, or a directory and what stands in it, up to date with the tree below. */
  refresh(inode: Inode): void {
    const lower = this.lowerOf(inode);
    this.#copyAttributes(lower, inode);
    inode.entries.clear();
    for (const [name, entry] of lower.entries) inode.entries.set(name, this.#show(entry));
  }

  /** The rules have asked whoever looks, on what is shown; the marker is asked below. */
  permission(inode: Inode, mask: number): Verdict {
    return inodePermission(this.#world, this.shifted.creator.cred, this.#below(inode), mask);
  }

  mayAskAcl(inode: Inode, type: AclType): Verdict {
    const isLost = this.lowerOf(inode).acls[type] !== null && inode.acls[type] === null;
    return isLost ? deny("EOVERFLOW", RULES.aclTranslates) : allow(undefined, RULES.aclTranslates);
  }

  lookup(directory: Inode): Verdict {
    return this.permission(directory, MAY.exec);
  }

  list(): Verdict {
    return allow();
  }

  open(): Verdict {
    return allow();
  }

  setattr(inode: Inode, attr: SetAttr): Verdict {
    const { uid, gid } = attr;
    const changed = notifyChange(this.#world, this.shifted.creator, this.#below(inode), {
      ...attr,
      ...(uid ? { uid: this.#down("uid", uid) } : {}),
      ...(gid ? { gid: this.#down("gid", gid) } : {}),
    });
    this.#copyAttributes(this.lowerOf(inode), inode);
    return changed;
  }

  create(directory: Inode, name: string, shown: Inode): Verdict {
    if (shown.type === "chr" || shown.type === "blk")
      return deny("EPERM", RULES.noDeviceMade, `it would be a ${shown.type}`);
    const { lower, creator } = this.shifted;
    const task = { ...creator, umask: 0, cred: markerAs(this.#world, this.shifted, shown) };
    const entry = { mount: lower.mount, directory: this.lowerOf(directory), name, inode: null };
    const permitted = mayCreate(this.#world, task, entry);
    if (!permitted.ok) return permitted;
    const made = createEntry(this.#world, task, entry, shown.type, shown.mode, shown);
    if (!made.ok) return made;
    this.#pair(made.value, shown);
    return allow();
  }

  remove(directory: Inode, name: string, inode: Inode): Verdict {
    const { lower, creator } = this.shifted;
    const below = this.lowerOf(inode);
    const victim = { mount: lower.mount, directory: this.lowerOf(directory), name, inode: below };
    const permitted = mayDelete(this.#world, creator, victim, inode.type === "dir" ? "dir" : "file");
    if (!permitted.ok) return permitted;
    victim.directory.entries.delete(name);
    below.links--;
    return allow();
  }

  /** The marker makes the name below. */
  link(directory: Inode, name: string, inode: Inode): Verdict {
    const { lower, creator } = this.shifted;
    const below = this.lowerOf(inode);
    const entry = { mount: lower.mount, directory: this.lowerOf(directory), name, inode: null };
    const permitted = mayCreate(this.#world, creator, entry);
    if (!permitted.ok) return permitted;
    addEntry(entry.directory, name, below);
    below.links++;
    return allow();
  }

  /** The marker moves the name below, and owns the whiteout that it leaves. */
  rename(from: NamedInode & { readonly inode: Inode }, to: NamedInode, flag: RenameFlag): Verdict {
    const { lower, creator } = this.shifted;
    const below = ({ directory, name }: NamedInode) => ({
      mount: lower.mount,
      directory: this.lowerOf(directory),
      name,
    });
    const ends = {
      from: { ...below(from), inode: this.lowerOf(from.inode) },
      to: { ...below(to), inode: to.inode && this.lowerOf(to.inode) },
    };
    const permitted = mayMove(this.#world, creator, ends, flag);
    return permitted.ok ? moveEntry(this.#world, creator, ends, flag) : permitted;
  }

  /** What the marker is shown below, whose root ids are then numbers of whoever is shown the file here. */
  getXattr(inode: Inode, name: string): Verdict<Uint8Array> {
    return readXattr(this.#world, this.shifted.creator, this.#below(inode), name);
  }

  setXattr(inode: Inode, name: string, value: Uint8Array | null): Verdict {
    return changeXattr(this.#world, this.shifted.creator, this.#below(inode), name, value);
  }

  /** The marker sets the ACL below, and would keep a set-group-ID bit that the caller may not. */
  setAcl(inode: Inode, type: AclType, acl: PosixAcl | null, keepsSetgid: boolean): Verdict {
    const shifted = acl && mapAclIds(acl, (kind, kid) => this.#down(kind, kid));
    if (shifted?.some((entry) => "kid" in entry && !isValidKuid64(entry.kid)))
      return deny("EOVERFLOW", RULES.aclTranslates);
    const below = this.#below(inode);
    const changed = changeAcl(this.#world, this.shifted.creator, below, type, shifted);
    if (changed.ok && type === "access" && !keepsSetgid) below.inode.mode &= ~SETGID;
    this.#copyAttributes(below.inode, inode);
    return changed;
  }

  #below(inode: Inode): Path {
    return { mount: this.shifted.lower.mount, inode: this.lowerOf(inode) };
  }

  #up<K extends OwnerKind>(kind: K, kid: Kuid64<K>): Kuid64<K> {
    return shiftUp(this.#world, this.shifted, kind, kid);
  }

  #down<K extends OwnerKind>(kind: K, kid: Kuid64<K>): Kuid64<K> {
    return shiftDown(this.#world, this.shifted, kind, kid);
  }

  #show(lower: Inode): Inode {
    const known = this.#shownAs.get(lower);
    const { type, mode } = lower;
    const owners = { uid: this.#up("uid", lower.uid), gid: this.#up("gid", lower.gid) };
    const shown = known ?? new Inode(this.#world.inodeColumns, { superblock: this.#superblock, type, mode, ...owners });
    this.#pair(lower, shown);
    return shown;
  }

  #pair(lower: Inode, shown: Inode): void {
    this.#lowerOf.set(shown, lower);
    this.#shownAs.set(lower, shown);
    this.#copyAttributes(lower, shown);
  }

  /** `shiftfs_copyattr`, and the ACLs, as far as all of their ids have a counterpart. */
  #copyAttributes(from: Inode, to: Inode): void {
    to.setUid(this.#up("uid", from.uid));
    to.setGid(this.#up("gid", from.gid));
    to.mode = from.mode;
    to.size = from.size;
    to.content = from.content;
    to.target = from.target;
    to.isProgram = from.isProgram;
    for (const type of ACL_TYPES) {
      const acl = from.acls[type];
      const shifted = acl && mapAclIds(acl, (kind, kid) => this.#up(kind, kid));
      to.acls[type] = shifted?.every((entry) => !("kid" in entry) || isValidKuid64(entry.kid)) ? shifted : null;
    }
  }
}
