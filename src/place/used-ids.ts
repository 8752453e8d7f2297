import { type IdSet, idSetOf, type OwnerKind } from "../core/index.ts";
import type { Manifest } from "../manifest/index.ts";

/** Users and groups apart. */
export type IdsByKind = Readonly<Record<OwnerKind, IdSet>>;

/**
 * Every id that a manifest names: owners, those in ACLs, and the root ids of capabilities. A capability of version 2 has
 * none written, and means the image's root; who is always there, for he unpacks it.
 */
export function idsUsed({ entries }: Manifest): IdsByKind {
  const found = { uid: new Set<number>([0]), gid: new Set<number>([0]) };
  for (const { uid, gid, acls, capability } of entries) {
    found.uid.add(uid);
    found.gid.add(gid);
    if (capability?.version === 3) found.uid.add(capability.rootId);
    for (const entry of [...(acls.access ?? []), ...(acls.default ?? [])]) {
      if (entry.tag === "user") found.uid.add(entry.id);
      if (entry.tag === "group") found.gid.add(entry.id);
    }
  }
  return { uid: idSetOf(found.uid), gid: idSetOf(found.gid) };
}
