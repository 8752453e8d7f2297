/** What tasks in a tree of namespaces may do to files and to each other, in formulas that know nothing of the model. */
import { NO_ID, OVERFLOW_ID } from "../../src/core/index.ts";
import type { IsolationSwitch, OwnerKind } from "../../src/kernel/index.ts";
import { INITIAL, type Kid, TreeFormulas, type TreeNode } from "./isolated-trees.ts";

/** A task: all four ids of a kind are one, and it has every capability or none. */
export interface Actor {
  /** The place of its namespace in the tree. */
  readonly at: number;
  readonly uid: Kid;
  readonly gid: Kid;
  readonly groups: readonly Kid[];
  readonly isCapable: boolean;
}

/** A file on a file system that a namespace of the tree mounted, seen through a plain mount. */
export interface ActedFile {
  readonly filesystem: number;
  readonly uid: Kid;
  readonly gid: Kid;
  readonly mode: number;
  /** The one user that its ACL names, with these bits; the mask is the mode's group digit. */
  readonly named: { readonly uid: Kid; readonly bits: number; readonly groupBits: number } | null;
}

type Answer = "ok" | string;

const isSame = (a: Kid, b: Kid) => a[0] === b[0] && a[1] === b[1];

/** @source semantics of isolated user namespaces (29d2f6c3), sections 2, 5, 7, 8, 9; proposals 1 and 4 of section 14 */
export class ActFormulas {
  readonly #tree: readonly TreeNode[];
  readonly #of: { readonly [K in OwnerKind]: TreeFormulas };
  readonly #switches: ReadonlySet<IsolationSwitch>;

  constructor(tree: readonly TreeNode[], switches: readonly IsolationSwitch[]) {
    this.#tree = tree;
    this.#of = { uid: new TreeFormulas(tree, "uid", switches), gid: new TreeFormulas(tree, "gid", switches) };
    this.#switches = new Set(switches);
  }

  #node(at: number): TreeNode {
    return this.#tree[at] ?? INITIAL;
  }

  /** A capability over a namespace: held in it or above, or its creator's, or the creator's of one above it. */
  #rules({ at, uid, isCapable }: Actor, over: number): boolean {
    for (let ns = over; ns >= 0; ns = this.#node(ns).parent) {
      if (ns === at) return isCapable;
      const { parent, creator } = this.#node(ns);
      if (parent === at && isSame(this.#of.uid.makeKid(parent, creator.uid), uid)) return true;
    }
    return false;
  }

  /** A capability over a file counts where both its ids are ones of the task's namespace. */
  #rulesFile({ at, isCapable }: Actor, { uid, gid }: ActedFile): boolean {
    return isCapable && this.#of.uid.isRuled(at, uid) && this.#of.gid.isRuled(at, gid);
  }

  #isIn({ gid, groups }: Actor, group: Kid): boolean {
    return [gid, ...groups].some((one) => isSame(one, group));
  }

  /** The owner by its bits, a named user by its entry and the mask, the group by its own, all others by theirs. */
  open(task: Actor, file: ActedFile, mask: number): Answer {
    const { mode, named } = file;
    const isAclAsked = named !== null && (mode & 0o070) !== 0;
    const bits = isSame(task.uid, file.uid)
      ? mode >> 6
      : isAclAsked && isSame(task.uid, named.uid)
        ? named.bits & (mode >> 3)
        : this.#isIn(task, file.gid)
          ? isAclAsked
            ? named.groupBits & (mode >> 3)
            : mode >> 3
          : mode;
    return (mask & ~bits & 7) === 0 || this.#rulesFile(task, file) ? "ok" : "EACCES";
  }

  create({ uid, gid }: Actor, filesystem: number): Answer {
    const mount = { idmap: null, filesystem };
    return this.#of.uid.hasPlace(mount, uid) && this.#of.gid.hasPlace(mount, gid) ? "ok" : "EOVERFLOW";
  }

  /** @returns the owners that the file then has, where it is ok */
  chown(task: Actor, file: ActedFile, owner: number, group: number): Answer | readonly [Kid, Kid] {
    const uid = owner === NO_ID ? null : this.#of.uid.makeKid(task.at, owner);
    const gid = group === NO_ID ? null : this.#of.gid.makeKid(task.at, group);
    if (uid?.[0] === NO_ID || gid?.[0] === NO_ID) return "EINVAL";
    const isHeld = (kind: OwnerKind, kid: Kid | null) =>
      kid === null || this.#of[kind].fromKid(file.filesystem, kid) !== NO_ID;
    if (this.#switches.has("chown-checked") && !(isHeld("uid", uid) && isHeld("gid", gid))) return "EOVERFLOW";
    const isOwner = isSame(task.uid, file.uid);
    const rules = this.#rulesFile(task, file);
    if (uid && !rules && !(isOwner && isSame(uid, file.uid))) return "EPERM";
    if (gid && !rules && !(isOwner && (isSame(gid, file.gid) || this.#isIn(task, gid)))) return "EPERM";
    return [uid ?? file.uid, gid ?? file.gid];
  }

  /** An ACL that names a user: one there is, then the owner's or CAP_FOWNER's to set, then one the file system can hold. */
  setAcl(task: Actor, file: ActedFile, user: number): Answer {
    const kid = this.#of.uid.makeKid(task.at, user);
    if (kid[0] === NO_ID) return "EINVAL";
    const mayOwn = isSame(task.uid, file.uid) || (task.isCapable && this.#of.uid.isRuled(task.at, file.uid));
    if (!mayOwn) return "EPERM";
    return this.#of.uid.fromKid(file.filesystem, kid) === NO_ID ? "EINVAL" : "ok";
  }

  /** An entry is read as it is, and never as its creator's. */
  aclUser({ at }: Actor, kid: Kid): number {
    return this.#of.uid.fromKid(at, kid);
  }

  shown(kind: OwnerKind, { at }: Actor, kid: Kid): number {
    return kid[0] === NO_ID ? OVERFLOW_ID : this.#of[kind].fromKidMunged(at, kid);
  }

  kill(sender: Actor, target: Actor): Answer {
    return isSame(sender.uid, target.uid) || this.#rules(sender, target.at) ? "ok" : "EPERM";
  }

  /** @returns the kernel id that the task then has, where it is ok */
  setid(kind: OwnerKind, task: Actor, id: number): Answer | Kid {
    const kid = this.#of[kind].makeKid(task.at, id);
    if (kid[0] === NO_ID) return "EINVAL";
    return task.isCapable || isSame(kid, task[kind]) ? kid : "EPERM";
  }

  setgroups({ at, isCapable }: Actor, ids: readonly number[]): Answer {
    if (!isCapable || this.#node(at).lines.gid.length === 0) return "EPERM";
    return ids.every((id) => this.#of.gid.makeKid(at, id)[0] !== NO_ID) ? "ok" : "EINVAL";
  }
}
