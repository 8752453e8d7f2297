import { type AclEntryText, chmodAcl, modeOfAcl } from "../kernel/index.ts";
import { inOrder, wholeAcl } from "../manifest/index.ts";

/** A mode, and an ACL that says the same and more; null: the mode says all. */
export interface Permissions {
  readonly mode: number;
  readonly acl: readonly AclEntryText[] | null;
}

const NINE_BITS = 0o777;
const CLASSES: readonly AclEntryText[] = (["user_obj", "group_obj", "other"] as const).map((tag) => ({
  tag,
  id: null,
  perm: 0,
}));

/** The ACL that says what a mode says. @source acl(5), CORRESPONDENCE BETWEEN ACL ENTRIES AND FILE PERMISSION BITS */
export function aclOfMode(mode: number): readonly AclEntryText[] {
  return chmodAcl(CLASSES, mode);
}

/**
 * Put entries beside a mode, as `setfacl -m` does: what they do not say of owner, owning group and others the mode says,
 * and a mask that is not among them grants all that users and groups are granted. The group's bits become the mask.
 *
 * @param where  of the entries, for errors
 * @throws UsernsError ERR_MANIFEST for entries that make no valid ACL
 * @source setfacl(1); acl(5), CORRESPONDENCE BETWEEN ACL ENTRIES AND FILE PERMISSION BITS
 */
export function withAcl(mode: number, entries: readonly AclEntryText[], where: string): Permissions {
  const acl = completedAcl(mode, entries, where);
  const made = modeOfAcl(acl);
  return { mode: (mode & ~NINE_BITS) | made.mode, acl: made.isWhole ? null : acl };
}

/** The entries, and from the mode in the same way what they do not say. @throws UsernsError ERR_MANIFEST */
export function completedAcl(mode: number, entries: readonly AclEntryText[], where: string): readonly AclEntryText[] {
  const has = (tag: AclEntryText["tag"]) => entries.some((entry) => entry.tag === tag);
  const all = [...entries, ...aclOfMode(mode).filter(({ tag }) => !has(tag))];
  if (!has("mask") && (has("user") || has("group"))) all.push({ tag: "mask", id: null, perm: groupClass(all) });
  return wholeAcl(inOrder(all), where);
}

function groupClass(entries: readonly AclEntryText[]): number {
  const isOfGroupClass = ({ tag }: AclEntryText) => tag === "user" || tag === "group" || tag === "group_obj";
  return entries.filter(isOfGroupClass).reduce((bits, { perm }) => bits | perm, 0);
}
