import type { Kind, OwnerKind } from "../core/id.ts";
import { IDENTITY, type IdMap } from "../core/id-map.ts";
import { CLASSICAL, type Kuid64, type NamespaceNumber } from "../core/kuid64.ts";

export type { OwnerKind } from "../core/id.ts";

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
  /** The number of its file under /proc/PID/ns. */
  readonly inum: number;
  /** What its isolated ids carry, were it isolated, as the initial namespace never is. */
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

/** The number of the initial namespace, a constant of Linux: classical ids carry {@link CLASSICAL}, and never this. */
export const INIT_NUMBER: NamespaceNumber = 0xeffffffd;

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
    inum: INIT_NUMBER,
    id: INIT_NUMBER,
    isIsolated: false,
    maxUserNamespaces: null,
    processLimit: null,
    number: CLASSICAL,
  };
}

/** Is `ns` the namespace `ancestor`, or somewhere below it? */
export function isInOrBelow(ns: UserNamespace, ancestor: UserNamespace): boolean {
  for (let at: UserNamespace | null = ns; at && at.level >= ancestor.level; at = at.parent)
    if (at === ancestor) return true;
  return false;
}
