import type { AclEntryText } from "../kernel/index.ts";
import { inOrder, wholeAcl } from "../manifest/index.ts";

/** A mode, and an ACL that says the same and more; null: the mode says all. */
export interface Permissions {
  readonly mode: number;
  readonly acl: readonly AclEntryText[] | null;
}

const NINE_BITS = 0o777;

/**
 * Put entries beside a mode, as `setfacl -m` does: what they do not say of owner, owning group and others the mode says,
 * and a mask that is not among them grants all that users and groups are granted. The group's bits become the mask.
 *
 * @param where  of the entries, for errors
 * @throws UsernsError ERR_MANIFEST for entries that make no valid ACL
 * @source setfacl(1); acl(5), CORRESPONDENCE BETWEEN ACL ENTRIES AND FILE PERMISSION BITS
 */
export function withAcl(mode: number, entries: readonly AclEntryText[], where: string): Permissions {
  const acl = wholeAcl(completed(mode, entries), where);
  const bitsOf = (...tags: readonly string[]) =>
    tags.map((tag) => acl.find((one) => one.tag === tag)?.perm).find((perm) => perm !== undefined) ?? 0;
  const bits = (bitsOf("user_obj") << 6) | (bitsOf("mask", "group_obj") << 3) | bitsOf("other");
  const isMore = acl.some(({ tag }) => tag === "user" || tag === "group" || tag === "mask");
  return { mode: (mode & ~NINE_BITS) | bits, acl: isMore ? acl : null };
}

/** The entries of a default ACL, completed from a mode in the same way. @throws UsernsError ERR_MANIFEST */
export function defaultAclOf(mode: number, entries: readonly AclEntryText[], where: string): readonly AclEntryText[] {
  return wholeAcl(completed(mode, entries), where);
}

function completed(mode: number, entries: readonly AclEntryText[]): readonly AclEntryText[] {
  const has = (tag: AclEntryText["tag"]) => entries.some((entry) => entry.tag === tag);
  const all: AclEntryText[] = [...entries];
  for (const [tag, shift] of [
    ["user_obj", 6],
    ["group_obj", 3],
    ["other", 0],
  ] as const)
    if (!has(tag)) all.push({ tag, id: null, perm: (mode >> shift) & 7 });
  if (!has("mask") && (has("user") || has("group"))) all.push({ tag: "mask", id: null, perm: groupClass(all) });
  return inOrder(all);
}

function groupClass(entries: readonly AclEntryText[]): number {
  const isOfGroupClass = ({ tag }: AclEntryText) => tag === "user" || tag === "group" || tag === "group_obj";
  return entries.filter(isOfGroupClass).reduce((bits, { perm }) => bits | perm, 0);
}

/** The ACL after chmod: the mode's bits for the group become its mask. @source chmod(2); acl(5) */
export function chmodAcl(acl: readonly AclEntryText[], mode: number): readonly AclEntryText[] {
  const group = acl.some(({ tag }) => tag === "mask") ? "mask" : "group_obj";
  const shifts: Partial<Record<AclEntryText["tag"], number>> = { user_obj: 6, [group]: 3, other: 0 };
  return acl.map((entry) => {
    const shift = shifts[entry.tag];
    return shift === undefined ? entry : { ...entry, perm: (mode >> shift) & 7 };
  });
}
