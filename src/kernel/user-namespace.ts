import type { Kind } from "../core/id.ts";
import { IDENTITY, type IdMap, UNWRITTEN } from "../core/id-map.ts";
import { CLASSICAL, type Kuid64, type NamespaceNumber, showKuid64 } from "../core/kuid64.ts";
import { hasCap } from "./capability.ts";
import type { Cred } from "./cred.ts";
import type { NamespaceNumbers } from "./namespace-numbers.ts";
import type { Profile } from "./profile.ts";
import { mayCountNamespace } from "./ucounts.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

/** The kinds of id that own things: users and groups. */
export type OwnerKind = Exclude<Kind, "projid">;

/** The two ids of an owner or creator. */
export type OwnerIds = { readonly [K in OwnerKind]: Kuid64<K> };

/** A user namespace. Its place in the tree and its owner never change; its maps and flags are written into it. */
export interface UserNamespace {
  readonly name: string;
  /** null for the initial namespace. */
  readonly parent: UserNamespace | null;
  /** 0 for the initial namespace, one more than the parent's for any other. */
  readonly level: number;
  /** The effective ids of the creator, as they were at creation. */
  readonly owner: OwnerIds;
  /** Had the creator CAP_SETFCAP in its effective set at creation? */
  readonly parentCouldSetfcap: boolean;
  /** From ids inside to kernel ids (already flattened): {@link UNWRITTEN} until written. */
  readonly maps: { [K in Kind]: IdMap<K> };
  /** The same for ids of files, where the kernel has fsid mappings; {@link UNWRITTEN} for good where it has none. */
  readonly fsMaps: { [K in OwnerKind]: IdMap<K> };
  /** May setgroups(2) be used? Inherited; "deny" cannot be taken back. */
  setgroupsAllowed: boolean;
  /** The number of its file under /proc/PID/ns; 0 for the initial namespace. */
  readonly inum: number;
  /** What its isolated ids carry, were it isolated; {@link CLASSICAL} for the initial namespace. */
  readonly id: NamespaceNumber;
  /** Is an id that no line of its maps holds an id all the same? Inherited; cannot be taken back. */
  isIsolated: boolean;
  /** How many user namespaces each of its users may have; null: as many as there is room for. */
  maxUserNamespaces: number | null;
  /** RLIMIT_NPROC of the creator, which holds for all processes in it together; null: none. */
  processLimit: number | null;
  /** The number that ids of this namespace carry now; {@link CLASSICAL} for every classical namespace. */
  readonly number: NamespaceNumber;
}

/** A world, as far as the numbers of namespaces go. */
export interface HasNamespaceNumbers {
  readonly profile: Profile;
  readonly numbers: NamespaceNumbers;
}

/** A task at level 32 can still make a namespace: 33 levels below the initial one can exist. */
const LAST_LEVEL_WITH_CHILDREN = 32;

const RULES = ruleTable({
  levelLimit: {
    sentence: "A namespace more than 32 levels below the initial one has no children.",
    source: "vectors/linux-6.18/2_id_translation.json (tag depth); user_namespaces(7) says 32 levels",
  },
  creatorMapped: {
    sentence: "The creator's effective user and group id must both be mapped in its own namespace.",
    source: "user_namespaces(7); vectors/linux-6.18/2_id_translation.json (tag unshare-unmapped)",
  },
});

export function createInitUserNamespace(): UserNamespace {
  return {
    name: "init",
    parent: null,
    level: 0,
    owner: { uid: { id: 0, number: CLASSICAL }, gid: { id: 0, number: CLASSICAL } },
    parentCouldSetfcap: true,
    maps: { uid: IDENTITY, gid: IDENTITY, projid: IDENTITY },
    fsMaps: { uid: IDENTITY, gid: IDENTITY },
    setgroupsAllowed: true,
    inum: 0,
    id: CLASSICAL,
    isIsolated: false,
    maxUserNamespaces: null,
    processLimit: null,
    number: CLASSICAL,
  };
}

/**
 * A child as a setup describes it: no check is made.
 *
 * @param number  its number, where it is known and no other has it; the next free one without
 */
export function childUserNamespace(
  world: HasNamespaceNumbers,
  parent: UserNamespace,
  name: string,
  owner: OwnerIds,
  parentCouldSetfcap: boolean,
  number?: NamespaceNumber,
): UserNamespace {
  const isReused = !world.profile.isolated?.has("numbers-never-reused");
  const numbers = number === undefined ? world.numbers.give(isReused) : world.numbers.claim(number);
  const child: UserNamespace = {
    ...numbers,
    name,
    parent,
    level: parent.level + 1,
    owner,
    parentCouldSetfcap,
    maps: { uid: UNWRITTEN, gid: UNWRITTEN, projid: UNWRITTEN },
    fsMaps: { uid: UNWRITTEN, gid: UNWRITTEN },
    setgroupsAllowed: parent.setgroupsAllowed,
    isIsolated: parent.isIsolated,
    maxUserNamespaces: null,
    processLimit: null,
    get number() {
      return this.isIsolated ? this.id : CLASSICAL;
    },
  };
  world.numbers.add(child);
  return child;
}

/**
 * Create a user namespace as the task with this credential would.
 *
 * @param isMapped  does an id of the creator have a number in its own namespace?
 * @source clone(2) and unshare(2), CLONE_NEWUSER: ENOSPC, EPERM
 */
export function createUserNamespace(
  world: HasNamespaceNumbers,
  cred: Cred,
  name: string,
  isMapped: <K extends OwnerKind>(ns: UserNamespace, kind: K, kuid: Kuid64<K>) => boolean,
): Verdict<UserNamespace> {
  const parent = cred.userNs;
  if (parent.level > LAST_LEVEL_WITH_CHILDREN)
    return deny("ENOSPC", RULES.levelLimit, `${parent.name} is at level ${parent.level}`);
  const counted = mayCountNamespace(world, cred);
  if (!counted.ok) return counted;
  const owner = { uid: cred.uid.effective, gid: cred.gid.effective };
  if (!isMapped(parent, "uid", owner.uid) || !isMapped(parent, "gid", owner.gid))
    return deny(
      "EPERM",
      RULES.creatorMapped,
      `${showKuid64(owner.uid)} or ${showKuid64(owner.gid)} has no number in ${parent.name}`,
    );
  return allow(childUserNamespace(world, parent, name, owner, hasCap(cred.effective, "setfcap")));
}

/** Is `ns` the namespace `ancestor`, or somewhere below it? */
export function isInOrBelow(ns: UserNamespace, ancestor: UserNamespace): boolean {
  for (let at: UserNamespace | null = ns; at && at.level >= ancestor.level; at = at.parent)
    if (at === ancestor) return true;
  return false;
}
