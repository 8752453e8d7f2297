import { NO_ID, type UserId } from "../core/id.ts";
import { isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import { type HasProfile, type OwnerTable, ownerMap } from "./fsid-map.ts";
import { fsidMode } from "./fsid-modes.ts";
import { intoKernel, mapOf, outOfKernel } from "./routes.ts";
import { fromKid, fromKidMunged, type HasTranslators, idThrough, kidThrough } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/*
 * The functions of fsid mappings, under their names. A kfsuid is a kernel id that owns files. Each takes the table that
 * the owner is looked up in, which its file system decides; without fsid mappings there is one table, and a kfsuid is a
 * kuid.
 */

type Fsids = HasTranslators & HasProfile;

/**
 * `make_kfsuid`, `make_kfsgid`: the kernel id that owns files for an id used inside a namespace.
 *
 * @returns  an id half of NO_ID when the namespace does not map it
 */
export function makeKfsid<K extends OwnerKind>(
  world: Fsids,
  ns: UserNamespace,
  kind: K,
  id: UserId<K>,
  table: OwnerTable,
): Kuid64<K> {
  return kidThrough(world, kind, ownerMap(world, ns, kind, table), id);
}

/** `from_kfsuid`, `from_kfsgid`: the number of an owner inside a namespace, or NO_ID. */
export function fromKfsid<K extends OwnerKind>(
  world: Fsids,
  ns: UserNamespace,
  kind: K,
  kfsid: Kuid64<K>,
  table: OwnerTable,
): UserId<K> {
  return idThrough(world, kind, ownerMap(world, ns, kind, table), kfsid);
}

/** `kfsuid_has_mapping`, `kfsgid_has_mapping`. */
export function kfsidHasMapping<K extends OwnerKind>(
  world: Fsids,
  ns: UserNamespace,
  kind: K,
  kfsid: Kuid64<K>,
  table: OwnerTable,
): boolean {
  return fromKfsid(world, ns, kind, kfsid, table) !== NO_ID;
}

/** `from_kfsuid_munged`, `from_kfsgid_munged`: the number of an owner that a task of the namespace is shown. */
export function fromKfsidMunged<K extends OwnerKind>(
  world: World,
  ns: UserNamespace,
  kind: K,
  kfsid: Kuid64<K>,
  table: OwnerTable,
): UserId<K> {
  return fromKidMunged(world, ns, kind, kfsid, table);
}

/**
 * `kfsuid_to_kuid`, `kfsgid_to_kgid`: from an owner of files to the process of the same number inside the namespace.
 *
 * @returns  an id half of NO_ID when either map does not hold it
 */
export function kfsidToKid<K extends OwnerKind>(world: Fsids, ns: UserNamespace, kind: K, kfsid: Kuid64<K>): Kuid64<K> {
  if (world.profile.fsid === null) return kfsid;
  const route = [...outOfKernel([ownerMap(world, ns, kind, "fs")], "checked"), ...intoKernel([mapOf(ns, kind)])];
  const { id, number } = world.translators.place(kind, route, kfsid);
  return { id: plain(id), number };
}

/** `kuid_to_kfsuid`, `kgid_to_kfsgid`: the other way. */
export function kidToKfsid<K extends OwnerKind>(world: Fsids, ns: UserNamespace, kind: K, kid: Kuid64<K>): Kuid64<K> {
  if (world.profile.fsid === null) return kid;
  const route = [...outOfKernel([mapOf(ns, kind)], "checked"), ...intoKernel([ownerMap(world, ns, kind, "fs")])];
  const { id, number } = world.translators.place(kind, route, kid);
  return { id: plain(id), number };
}

function plain(id: number): number {
  return id;
}

/**
 * The fs id that a task has beside an id of its own that it was not just given: the real one for access(2), the effective
 * one where a call leaves it alone.
 *
 * The repaired revision leaves an id alone that has no number in the namespace: who entered from outside owns what it did.
 *
 * @returns  an id half of NO_ID when there is none
 */
export function fsidBeside<K extends OwnerKind>(world: Fsids, ns: UserNamespace, kind: K, kid: Kuid64<K>): Kuid64<K> {
  const isKept = fsidMode(world.profile)?.isRepaired === true && fromKid(world, ns, kind, kid) === NO_ID;
  return isKept ? kid : kidToKfsid(world, ns, kind, kid);
}

/** Both copies of an fs id, for a credential. */
export interface FsidPair<K extends OwnerKind> {
  readonly fs: Kuid64<K>;
  readonly pfs: Kuid64<K>;
}

/**
 * Both copies for an id of files that something else decided: the owner of a file, or what a setup gives. The copy in id
 * space is the id itself where the maps have no place for it.
 */
export function pairOfKfsid<K extends OwnerKind>(
  world: Fsids,
  ns: UserNamespace,
  kind: K,
  kfsid: Kuid64<K>,
): FsidPair<K> {
  const kid = kfsidToKid(world, ns, kind, kfsid);
  return { fs: kfsid, pfs: isValidKuid64(kid) ? kid : kfsid };
}
