import { type Kind, NO_ID, type UserId } from "../core/id.ts";
import { CLASSICAL, type Kuid64 } from "../core/kuid64.ts";
import type { OwnerTable } from "./fsid-map.ts";
import { noteUnknownNumber, readerMap } from "./isolated.ts";
import { intoKernel, mapOf, type NamedMap, outOfKernel } from "./routes.ts";
import type { Translators } from "./translators.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/** Any holder of loaded routes: a world. */
export interface HasTranslators {
  readonly translators: Translators;
}

/**
 * `make_kuid`, `make_kgid`, `make_kprojid`: the kernel id of an id used inside a namespace.
 *
 * @returns  an id half of NO_ID when the namespace does not map it; NO_ID itself keeps the number of an isolated one
 */
export function makeKid<K extends Kind>(world: HasTranslators, ns: UserNamespace, kind: K, id: UserId<K>): Kuid64<K> {
  return kidThrough(world, kind, mapOf(ns, kind), id);
}

/** {@link makeKid} through a map of a namespace. */
export function kidThrough<K extends Kind>(world: HasTranslators, kind: K, map: NamedMap<K>, id: UserId<K>): Kuid64<K> {
  if (id === NO_ID) return { id: NO_ID, number: map.number ?? CLASSICAL };
  const place = world.translators.place(kind, intoKernel([map]), { id, number: CLASSICAL });
  const kid: number = place.id;
  return { id: kid, number: place.number };
}

/** {@link makeKid} of many ids, in one call of the engine: nobody is told of their ways. */
export function makeKids<K extends Kind>(
  world: HasTranslators,
  ns: UserNamespace,
  kind: K,
  ids: readonly UserId<K>[],
): readonly Kuid64<K>[] {
  return kidsThrough(world, mapOf(ns, kind), ids);
}

/** {@link makeKids} through a map of a namespace. */
export function kidsThrough<K extends Kind>(
  world: HasTranslators,
  map: NamedMap<K>,
  ids: readonly UserId<K>[],
): readonly Kuid64<K>[] {
  const packed = Uint32Array.from({ length: ids.length * 2 }, (_, index) =>
    index % 2 === 0 ? (ids[index / 2] ?? NO_ID) : CLASSICAL,
  );
  world.translators.of(intoKernel([map])).packed(packed);
  return ids.map((id, index) => ({
    id: id === NO_ID ? NO_ID : (packed[index * 2] ?? NO_ID),
    number: packed[index * 2 + 1] ?? CLASSICAL,
  }));
}

/** `from_kuid` and its kin: the number of a kernel id inside a namespace, or NO_ID. */
export function fromKid<K extends Kind>(world: HasTranslators, ns: UserNamespace, kind: K, kid: Kuid64<K>): UserId<K> {
  return idThrough(world, kind, mapOf(ns, kind), kid);
}

/** {@link fromKid} through a map of a namespace. */
export function idThrough<K extends Kind>(world: HasTranslators, kind: K, map: NamedMap<K>, kid: Kuid64<K>): UserId<K> {
  const id: number = world.translators.place(kind, outOfKernel([map], "checked"), kid).id;
  return id;
}

/**
 * `from_kuid_munged`, `from_kgid_munged`: the number that a task of the namespace is shown; the creator's for an id of
 * another isolated namespace, the overflow id for none.
 *
 * @param table  fs for an owner of files, where there are fsid mappings
 */
export function fromKidMunged<K extends OwnerKind>(
  world: World,
  ns: UserNamespace,
  kind: K,
  kid: Kuid64<K>,
  table: OwnerTable = "id",
): UserId<K> {
  noteUnknownNumber(world, ns, kind, kid);
  const route = outOfKernel([readerMap(world, ns, kind, [kid.number], table)], "shown");
  const id: number = world.translators.place(kind, route, kid).id;
  return id;
}

/**
 * `from_kuid_isolated`, `from_kgid_isolated`: the number as the initial namespace, and the id's own, are shown it in
 * /proc/PID/status; the overflow id everywhere else. Whether the namespace of that number exists is not asked.
 *
 * @param kid  a kernel id, of any number
 * @returns    never NO_ID
 * @source     isolated user namespaces, 29d2f6c3; vectors/isolated K02, K05
 */
export function fromKidIsolated<K extends OwnerKind>(
  world: HasTranslators,
  ns: UserNamespace,
  kind: K,
  kid: Kuid64<K>,
): UserId<K> {
  const bare = ns.parent === null && kid.number !== CLASSICAL ? [kid.number] : [];
  const id: number = world.translators.place(kind, outOfKernel([{ ...mapOf(ns, kind), bare }], "shown"), kid).id;
  return id;
}

/** `kuid_has_mapping` and its kin. */
export function hasMapping<K extends Kind>(world: HasTranslators, ns: UserNamespace, kind: K, kid: Kuid64<K>): boolean {
  return fromKid(world, ns, kind, kid) !== NO_ID;
}
