import { isSameKuid64, type Kuid64 } from "../core/kuid64.ts";
import { ALL_CAPS, type CapSet, isSubsetOf, NO_CAPS } from "./capability.ts";
import { type KidList, storedList, storedSet } from "./kid-list.ts";
import type { KuidColumn } from "./kuid-column.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";

/** The four ids that a task has of each kind, in the order in which /proc/PID/status shows them. */
export const ROLES = ["real", "effective", "saved", "fs"] as const;
/**
 * One of them, or `pfs`: with fsid mappings, where `fs` is an id of files, the same as an id of processes, as all others
 * are. Without them it is `fs` itself.
 */
export type Role = (typeof ROLES)[number] | "pfs";
export type CredIds<K extends OwnerKind> = { readonly [R in Role]: Kuid64<K> };

/** A credential's ids, by kind. */
export type IdsByKind = { readonly [K in OwnerKind]: CredIds<K> };

/** A credential's ids of one kind, for rules that take the kind as a parameter. */
export function idsOf<K extends OwnerKind>(cred: IdsByKind, kind: K): CredIds<K> {
  return cred[kind];
}

/** The ids of a credential with those of one kind replaced. */
export function withIds<K extends OwnerKind>(cred: IdsByKind, kind: K, ids: CredIds<K>): IdsByKind {
  const changed: { [Key in OwnerKind]: CredIds<Key> } = { uid: cred.uid, gid: cred.gid };
  put(changed, kind, ids);
  return changed;
}

function put<K extends OwnerKind>(into: { [Key in K]: CredIds<Key> }, kind: K, ids: CredIds<K>): void {
  into[kind] = ids;
}

/** The five capability sets. @source capabilities(7), "Thread capability sets" */
export interface CapSets {
  readonly effective: CapSet;
  readonly permitted: CapSet;
  readonly inheritable: CapSet;
  readonly ambient: CapSet;
  readonly bounding: CapSet;
}

/** Ids that a task may take though it has them in no role: what setusers() and its twin for groups gave it. */
export type Piles = { readonly [K in OwnerKind]: KidList<K> };

/** What a credential is made of. */
export interface CredParts extends CapSets, IdsByKind {
  readonly groups: Iterable<Kuid64<"gid">>;
  /** None where it is left out. */
  readonly piles?: { readonly [K in OwnerKind]: Iterable<Kuid64<K>> };
  /** May whoever maps the group ids of the pile keep setgroups? */
  readonly isPileDroppable?: boolean;
  readonly securebits: Securebits;
  readonly userNs: UserNamespace;
}

/**
 * Who a task is. A value: a call that changes something makes another one, and a task points to it.
 *
 * The ids are rows of the world's id columns; reading one reads the engine's memory.
 */
export interface Cred extends CredParts {
  /** Supplementary groups. */
  readonly groups: KidList<"gid">;
  readonly piles: Piles;
}

/** The columns that credentials keep their ids in. */
export type CredColumns = { readonly [K in OwnerKind]: KuidColumn<K> };

/** @source capabilities(7), "The securebits flags"; each has a lock one bit above it */
export const SECUREBITS = { noroot: 1, no_setuid_fixup: 4, keep_caps: 16, no_cap_ambient_raise: 64 } as const;
export type SecurebitName = keyof typeof SECUREBITS;
export const SECUREBIT_NAMES: readonly SecurebitName[] = [
  "noroot",
  "no_setuid_fixup",
  "keep_caps",
  "no_cap_ambient_raise",
];
export type Securebits = number;

export function hasSecurebit(cred: CredParts, name: SecurebitName): boolean {
  return (cred.securebits & SECUREBITS[name]) !== 0;
}

/** The ids of one kind in consecutive rows of a column. */
class StoredIds<K extends OwnerKind> implements CredIds<K> {
  readonly #column: KuidColumn<K>;
  readonly #row: number;
  /** That of the fs id, where the copy is no other. */
  readonly #pfsRow: number;

  constructor(column: KuidColumn<K>, ids: CredIds<K>) {
    this.#column = column;
    this.#row = column.push(ids.real);
    column.push(ids.effective);
    column.push(ids.saved);
    const fsRow = column.push(ids.fs);
    this.#pfsRow = isSameKuid64(ids.fs, ids.pfs) ? fsRow : column.push(ids.pfs);
  }
  get real(): Kuid64<K> {
    return this.#column.at(this.#row);
  }
  get effective(): Kuid64<K> {
    return this.#column.at(this.#row + 1);
  }
  get saved(): Kuid64<K> {
    return this.#column.at(this.#row + 2);
  }
  get fs(): Kuid64<K> {
    return this.#column.at(this.#row + 3);
  }
  get pfs(): Kuid64<K> {
    return this.#column.at(this.#pfsRow);
  }
}

function stored<K extends OwnerKind>(column: KuidColumn<K>, ids: CredIds<K>): CredIds<K> {
  return ids instanceof StoredIds ? ids : new StoredIds(column, ids);
}

/** Put a credential's ids into the columns. Ids that are there already are shared, not copied. */
export function makeCred(columns: CredColumns, parts: CredParts): Cred {
  return {
    ...parts,
    uid: stored(columns.uid, parts.uid),
    gid: stored(columns.gid, parts.gid),
    groups: storedList(columns.gid, parts.groups),
    piles: { uid: storedSet(columns.uid, parts.piles?.uid ?? []), gid: storedSet(columns.gid, parts.piles?.gid ?? []) },
  };
}

/** The same id in all roles. */
export function sameIds<K extends OwnerKind>(kuid: Kuid64<K>): CredIds<K> {
  return { real: kuid, effective: kuid, saved: kuid, fs: kuid, pfs: kuid };
}

/**
 * What a task holds after it entered a user namespace: every capability there, nothing inherited, default securebits.
 *
 * @source user_namespaces(7), Capabilities
 */
export function capsOnEntering(userNs: UserNamespace): Partial<CredParts> {
  return {
    userNs,
    securebits: 0,
    effective: ALL_CAPS,
    permitted: ALL_CAPS,
    bounding: ALL_CAPS,
    inheritable: NO_CAPS,
    ambient: NO_CAPS,
  };
}

/**
 * Does `outer` hold at least what `inner` holds: in one namespace by permitted sets, and downwards as the owner of a
 * namespace at or above `inner`'s?
 */
export function holdsCapsOf(outer: Cred, inner: Cred): boolean {
  if (outer.userNs === inner.userNs && isSubsetOf(inner.permitted, outer.permitted)) return true;
  for (let ns = inner.userNs; ns.parent; ns = ns.parent)
    if (ns.parent === outer.userNs && isSameKuid64(ns.owner.uid, outer.uid.effective)) return true;
  return false;
}
