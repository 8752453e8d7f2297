import { NO_ID, type OwnerKind } from "../core/index.ts";
import type { AclEntryText, FileCapability } from "../kernel/index.ts";
import { fieldsOfXattrs, inOrder, type ManifestEntry } from "../manifest/index.ts";
import type { FileAttributes } from "./attribute-dump.ts";

/** From an id on a disk to the one of the image; null where the map between them holds none. */
type InImage = (kind: OwnerKind, id: number) => number | null;

/**
 * A tree with the ACLs, capabilities and other attributes that its files have on the disk, in ids of the image. An id that
 * the map does not hold is -1, as the kernel shows it.
 */
export function withDiskAttributes(
  entries: readonly ManifestEntry[],
  files: FileAttributes,
  inImage: InImage,
): ManifestEntry[] {
  return entries.map((entry) => {
    const found = files.get(entry.path);
    if (!found) return entry;
    const { acls, capability, xattrs } = fieldsOfXattrs(found);
    return {
      ...entry,
      acls: { access: aclInImage(acls.access, inImage), default: aclInImage(acls.default, inImage) },
      capability: capability && capabilityInImage(capability, inImage),
      xattrs,
    };
  });
}

function aclInImage(acl: readonly AclEntryText[] | null, inImage: InImage): readonly AclEntryText[] | null {
  if (!acl) return null;
  const entries = acl.map((entry): AclEntryText => {
    if (entry.tag === "user") return { ...entry, id: inImage("uid", entry.id) ?? NO_ID };
    return entry.tag === "group" ? { ...entry, id: inImage("gid", entry.id) ?? NO_ID } : entry;
  });
  // A disk has them in the order of its own ids.
  return inOrder(entries);
}

/**
 * A capability counts for the root of a namespace: the one whose id it names, the initial one's where it names none. To an
 * image its own root goes without saying.
 *
 * @source capabilities(7), "Namespaced file capabilities"
 */
function capabilityInImage(held: FileCapability, inImage: InImage): FileCapability {
  const rootId = inImage("uid", held.version === 3 ? held.rootId : 0) ?? NO_ID;
  return { ...held, rootId, version: rootId === 0 ? 2 : 3 };
}
