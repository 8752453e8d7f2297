import { type Extent, type IdSet, idSet, lowerOf, type Range, subtract, union } from "../../core/index.ts";
import { type IdRecord, placeOfKept, type SubidFile } from "../../formats/index.ts";
import { grantedIds, type NamedId } from "../account-overlap.ts";
import { grantsOf } from "../subid-grant.ts";
import type { Adoption } from "./decide-adoption.ts";

/** How it is known that ids are used: a line of a subid file, a runtime's own record, or a namespace that lives. */
export type UseKind = "grant" | "record" | "namespace";

/** Ids of the host that something uses, whether or not the ledger knows of it. */
export interface IdUse {
  readonly by: UseKind;
  /** Who uses them: the owner of the line, the container, or the namespace by its number. */
  readonly owner: string;
  /** Where that is seen: `/etc/subuid:3`, `/proc/4242 (sleep)`. */
  readonly where: string;
  readonly uid: IdSet;
  readonly gid: IdSet;
}

/** All ids of a use: a range of the ledger is one of users and groups alike. */
export function idsOfUse({ uid, gid }: IdUse): IdSet {
  return union(uid, gid);
}

/** Every line of /etc/subuid or /etc/subgid that grants ids. */
export function grantUses(file: SubidFile, kind: "uid" | "gid"): readonly IdUse[] {
  return grantsOf(file).flatMap(({ line, entry }) => {
    const range = grantedIds(entry);
    if (!range) return [];
    const ids = { uid: [], gid: [], [kind]: [range] };
    return [{ by: "grant" as const, owner: entry.owner, where: placeOfKept(file, line), ...ids }];
  });
}

/** The accounts of a host. */
export interface KnownAccounts {
  readonly users: readonly NamedId[];
  readonly groups: readonly NamedId[];
}

/** The accounts of two sources; one that both know counts once. */
export function joinAccounts(a: KnownAccounts, b: KnownAccounts): KnownAccounts {
  const join = (own: readonly NamedId[], more: readonly NamedId[]) => [
    ...own,
    ...more.filter(({ name, id }) => !own.some((one) => one.name === name && one.id === id)),
  ];
  return { users: join(a.users, b.users), groups: join(a.groups, b.groups) };
}

/** What a runtime wrote down of a container, as a use of its ids. */
export function recordUse({ owner, where, maps }: IdRecord, accounts: KnownAccounts): IdUse {
  const extents = { uid: maps.uid?.extents ?? [], gid: maps.gid?.extents ?? [] };
  return mappedUse({ by: "record", owner, where }, extents, accounts);
}

/**
 * The layers of a storage that no container of it accounts for, as one use: layers of one map lie upon each other.
 *
 * @returns null where there is none
 */
export function layersUse(
  layers: readonly IdRecord[],
  containers: readonly IdUse[],
  accounts: KnownAccounts,
): IdUse | null {
  const [first] = layers;
  const uses = layers.map((layer) => recordUse(layer, accounts));
  const left = (of: "uid" | "gid") =>
    subtract(idSet(uses.flatMap((use) => use[of])), idSet(containers.flatMap((use) => use[of])));
  const ids = { uid: left("uid"), gid: left("gid") };
  if (!first || ids.uid.length + ids.gid.length === 0) return null;
  return { by: "record", owner: "storage-layers", where: first.where, ...ids };
}

/**
 * The outside ids of maps, without those that people lend of themselves: a line of one id that is an account's own, as
 * in the map of every rootless container, is no range of anybody's.
 */
export function mappedUse(
  use: Pick<IdUse, "by" | "owner" | "where">,
  maps: { readonly uid: readonly Extent[]; readonly gid: readonly Extent[] },
  accounts: KnownAccounts,
): IdUse {
  return { ...use, uid: rangesOf(maps.uid, accounts.users), gid: rangesOf(maps.gid, accounts.groups) };
}

function rangesOf(extents: readonly Extent[], accounts: readonly NamedId[]): IdSet {
  const isOwn = ({ first, count }: Range) => count === 1 && accounts.some(({ id }) => id === first);
  return idSet(extents.map(lowerOf).filter((range) => !isOwn(range)));
}

/** What says most about whose ids are, first. */
const SAID_BY: readonly UseKind[] = ["grant", "record", "namespace"];

/**
 * Uses as ranges to adopt: the ids of a line that grants them go to its owner, those of a record that no line grants to
 * the record's, and only what neither knows to a namespace. Of lines of one owner that overlap each id counts once.
 */
export function adoptionsOf(
  uses: readonly { readonly use: IdUse; readonly ids: IdSet }[],
  shared: Pick<Adoption, "tenant" | "purpose">,
): readonly Adoption[] {
  let known: IdSet = [];
  return SAID_BY.flatMap((kind) => {
    const byOwner = new Map<string, IdSet>();
    const wanted: Adoption[] = [];
    for (const { use, ids } of uses.filter((one) => one.use.by === kind)) {
      const before = byOwner.get(use.owner) ?? [];
      const left = subtract(subtract(ids, known), before);
      wanted.push(...left.map((range) => ({ ...range, ...shared, owner: use.owner, source: use.where })));
      byOwner.set(use.owner, union(before, left));
    }
    known = union(known, idSet(wanted));
    return wanted;
  });
}
