import type { Kind } from "../core/id.ts";
import type { IdMap } from "../core/id-map.ts";
import { mapFileName, type OwnerTable } from "./fsid-map.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";

/** One of the maps that every user namespace has: how it is found there, and the file of /proc/PID that it is written through. */
export interface MapSlot<K extends Kind = Kind> {
  readonly file: string;
  readonly kind: K;
  readonly table: OwnerTable;
  of(ns: UserNamespace): IdMap<K>;
  put(ns: UserNamespace, map: IdMap<K>): void;
}

/** The id map of a kind. */
export function idSlot<K extends Kind>(kind: K): MapSlot<K> {
  return {
    file: mapFileName(kind, "id"),
    kind,
    table: "id",
    of: (ns) => ns.maps[kind],
    put: (ns, map) => put(ns.maps, kind, map),
  };
}

/** The fs map of a kind. */
export function fsSlot<K extends OwnerKind>(kind: K): MapSlot<K> {
  return {
    file: mapFileName(kind, "fs"),
    kind,
    table: "fs",
    of: (ns) => ns.fsMaps[kind],
    put: (ns, map) => put(ns.fsMaps, kind, map),
  };
}

function put<K extends Kind>(maps: { [Key in K]: IdMap<Key> }, kind: K, map: IdMap<K>): void {
  maps[kind] = map;
}

/** Has a map of the sort been written in the namespace? */
export function isWritten(slot: MapSlot, ns: UserNamespace): boolean {
  return slot.of(ns).extents.length > 0;
}
