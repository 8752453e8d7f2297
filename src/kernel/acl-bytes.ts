import { NO_ID } from "../core/id.ts";
import type { AclEntryText, AclTag } from "./posix-acl.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

/*
 * A POSIX ACL as extended attribute: a u32 of the version, then entries of a u16 tag, a u16 of permissions and a u32 id,
 * all little-endian.
 *
 * Source: acl(5); linux/posix_acl_xattr.h
 */
const VERSION = 2;
const HEAD_BYTES = 4;
const ENTRY_BYTES = 8;
const CODES: { readonly [Tag in AclTag]: number } = {
  user_obj: 0x01,
  user: 0x02,
  group_obj: 0x04,
  group: 0x08,
  mask: 0x10,
  other: 0x20,
};
const CLASSES = new Map<number, Exclude<AclTag, "user" | "group">>(
  (["user_obj", "group_obj", "mask", "other"] as const).map((tag) => [CODES[tag], tag]),
);

const RULES = ruleTable({
  aclVersion: { sentence: "The value of an ACL begins with version 2.", source: "linux/posix_acl_xattr.h: EOPNOTSUPP" },
  aclForm: {
    sentence: "The value of an ACL is 4 bytes and 8 for each entry, whose tag is one of acl(5).",
    source: "linux/posix_acl_xattr.h: EINVAL",
  },
});

/**
 * The value of `system.posix_acl_access` or `system.posix_acl_default` that says this.
 *
 * @example aclToBytes([{ tag: "other", id: null, perm: 4 }]).length // 12
 */
export function aclToBytes(acl: readonly AclEntryText[]): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + acl.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, VERSION, true);
  for (const [index, { tag, id, perm }] of acl.entries()) {
    const at = HEAD_BYTES + index * ENTRY_BYTES;
    view.setUint16(at, CODES[tag], true);
    view.setUint16(at + 2, perm, true);
    view.setUint32(at + 4, id ?? NO_ID, true);
  }
  return bytes;
}

/** The entries of such a value, in its order. @returns null for bytes that are none */
export function aclFromBytes(bytes: Uint8Array): readonly AclEntryText[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // What is shorter than its head leaves a remainder below 0.
  if ((bytes.length - HEAD_BYTES) % ENTRY_BYTES !== 0) return null;
  if (view.getUint32(0, true) !== VERSION) return null;
  const acl: AclEntryText[] = [];
  for (let at = HEAD_BYTES; at < bytes.length; at += ENTRY_BYTES) {
    const code = view.getUint16(at, true);
    const perm = view.getUint16(at + 2, true);
    const id = view.getUint32(at + 4, true);
    const tag = CLASSES.get(code);
    if (code === CODES.user) acl.push({ tag: "user", id, perm });
    else if (code === CODES.group) acl.push({ tag: "group", id, perm });
    else if (tag) acl.push({ tag, id: null, perm });
    else return null;
  }
  return acl;
}

/**
 * What a task gives as value of an ACL: `posix_acl_from_xattr`, but for its ids.
 *
 * @returns no entries for no bytes, and for a head alone; ENOTSUP, EINVAL
 */
export function givenAcl(bytes: Uint8Array): Verdict<readonly AclEntryText[]> {
  if (bytes.length === 0) return allow([]);
  const acl = aclFromBytes(bytes);
  if (acl) return allow(acl);
  return bytes.length >= HEAD_BYTES && versionOf(bytes) !== VERSION
    ? deny("ENOTSUP", RULES.aclVersion, `it begins with ${versionOf(bytes)}`)
    : deny("EINVAL", RULES.aclForm, `${bytes.length} bytes`);
}

function versionOf({ buffer, byteOffset }: Uint8Array): number {
  return new DataView(buffer, byteOffset).getUint32(0, true);
}
