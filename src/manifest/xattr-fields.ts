import { ACL_NAMES, aclFromBytes, aclToBytes, decodeCapability, encodeCapability } from "../kernel/index.ts";
import { BARE_ENTRY, type ManifestEntry } from "./entry.ts";

const CAPABILITY_NAME = "security.capability";

/** What extended attributes say of an entry. */
export type AttributeFields = Pick<ManifestEntry, "acls" | "capability" | "xattrs">;

/** Of a file without attributes: the same for all of them. */
const NONE: AttributeFields = {
  acls: BARE_ENTRY.acls,
  capability: BARE_ENTRY.capability,
  xattrs: BARE_ENTRY.xattrs,
};

/**
 * Take attributes apart into what an entry has fields for, and the others. One that should hold an ACL or a capability
 * and does not stays among the others, as it is.
 */
export function fieldsOfXattrs(all: ReadonlyMap<string, Uint8Array>): AttributeFields {
  if (all.size === 0) return NONE;
  const xattrs = new Map(all);
  const take = <T>(name: string, read: (bytes: Uint8Array) => T | null): T | null => {
    const bytes = xattrs.get(name);
    const value = bytes === undefined ? null : read(bytes);
    if (value !== null) xattrs.delete(name);
    return value;
  };
  const acls = { access: take(ACL_NAMES.access, aclFromBytes), default: take(ACL_NAMES.default, aclFromBytes) };
  return { acls, capability: take(CAPABILITY_NAME, decodeCapability), xattrs };
}

/** All attributes of an entry as bytes, by name and in the order of names. */
export function xattrsOfFields({ acls, capability, xattrs }: AttributeFields): ReadonlyMap<string, Uint8Array> {
  const all = new Map(xattrs);
  if (acls.access) all.set(ACL_NAMES.access, aclToBytes(acls.access));
  if (acls.default) all.set(ACL_NAMES.default, aclToBytes(acls.default));
  if (capability) all.set(CAPABILITY_NAME, encodeCapability(capability));
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
