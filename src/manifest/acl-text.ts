import { CLASSICAL, isId, NO_ID, type OwnerKind, quoted } from "../core/index.ts";
import {
  ACL_TAGS,
  type AclEntry,
  type AclEntryText,
  type AclTag,
  type PosixAcl,
  validateAcl,
} from "../kernel/index.ts";
import { manifestFault } from "./manifest.ts";

/** The id of a user's or group's name; null where it has none. */
export type NameToId = (kind: OwnerKind, name: string) => number | null;

const PERMISSIONS = ["r", "w", "x"] as const;
const WHO: ReadonlyMap<string, { readonly class: AclTag; readonly named: "user" | "group" | null }> = new Map([
  ["user", { class: "user_obj", named: "user" }],
  ["u", { class: "user_obj", named: "user" }],
  ["group", { class: "group_obj", named: "group" }],
  ["g", { class: "group_obj", named: "group" }],
  ["mask", { class: "mask", named: null }],
  ["m", { class: "mask", named: null }],
  ["other", { class: "other", named: null }],
  ["o", { class: "other", named: null }],
]);

/**
 * Read entries of an ACL: `user::rw-,user:33:r--,group::r--,mask::r--,other::---`, in the long or the short form.
 *
 * @param idOf  for names; without it there may be numbers alone
 * @returns     the entries in the order that a valid ACL has; whether they make one is {@link wholeAcl}'s to say
 * @throws UsernsError ERR_MANIFEST
 * @source acl(5), "ACL TEXT FORMS"
 * @example readAclText("o::r,u:33:rw", "acl").map(({ tag }) => tag) // ["user", "other"]
 */
export function readAclText(text: string, where: string, idOf?: NameToId): readonly AclEntryText[] {
  const entries = text.split(",").map((part) => readEntry(part.trim(), where, idOf));
  const twice = entries.find((entry, index) => entries.findIndex((other) => isSameWho(entry, other)) !== index);
  if (twice) throw manifestFault(where, "one entry for each user, group and class", showEntry(twice));
  return inOrder(entries);
}

function isSameWho(a: AclEntryText, b: AclEntryText): boolean {
  return a.tag === b.tag && a.id === b.id;
}

/** The entries in the order that the kernel takes and gives them: by tag, and by id. */
export function inOrder(entries: readonly AclEntryText[]): readonly AclEntryText[] {
  return [...entries].sort((a, b) => ACL_TAGS.indexOf(a.tag) - ACL_TAGS.indexOf(b.tag) || (a.id ?? 0) - (b.id ?? 0));
}

/** @throws UsernsError ERR_MANIFEST for entries that are no valid ACL */
export function wholeAcl(entries: readonly AclEntryText[], where: string): readonly AclEntryText[] {
  const valid = validateAcl(asKernelAcl(entries));
  if (!valid.ok) throw manifestFault(where, `a valid ACL: ${valid.rule.sentence}`, quoted(showAclText(entries)));
  return entries;
}

/**
 * An ACL as the kernel's rules take it. Nothing but equality is asked of its ids there: those of the image stand for the
 * kernel's.
 */
export function asKernelAcl(acl: readonly AclEntryText[]): PosixAcl {
  return acl.map(({ tag, id, perm }): AclEntry => {
    const kid: number = id ?? NO_ID;
    if (tag === "user" || tag === "group") return { tag, perm, kid: { id: kid, number: CLASSICAL } };
    return { tag, perm };
  });
}

function readEntry(part: string, where: string, idOf: NameToId | undefined): AclEntryText {
  const [tag = "", name = "", bits, ...surplus] = part.split(":");
  const who = WHO.get(tag);
  const perm = bits === undefined || surplus.length > 0 ? null : readPermissions(bits);
  if (!who || perm === null || (name !== "" && who.named === null))
    throw manifestFault(
      where,
      "user:NAME:rwx, group:NAME:rwx, user::rwx, group::rwx, mask::rwx or other::rwx",
      quoted(part),
    );
  if (name !== "" && who.named) return { tag: who.named, id: readId(who.named, name, where, idOf), perm };
  if (who.class === "user" || who.class === "group") throw manifestFault(where, "an id or a name", quoted(part));
  return { tag: who.class, id: null, perm };
}

function readId(tag: "user" | "group", name: string, where: string, idOf: NameToId | undefined): number {
  const id = /^\d+$/.test(name) ? Number(name) : (idOf?.(tag === "user" ? "uid" : "gid", name) ?? null);
  if (id !== null && isId(id) && id !== NO_ID) return id;
  throw manifestFault(where, `the id of a ${tag}${idOf ? ", or the name of one" : ""}`, quoted(name));
}

/** `rw-`, `rw`, `r-x`, `6`. @returns null for anything else */
function readPermissions(text: string): number | null {
  if (/^[0-7]$/.test(text)) return Number(text);
  if (!/^r?-?w?-?x?-?$/.test(text) || text === "") return null;
  return PERMISSIONS.reduce((bits, letter, index) => (text.includes(letter) ? bits | (4 >> index) : bits), 0);
}

/**
 * An ACL in its text form, with ids for names: what {@link readAclText} reads.
 *
 * @example showAclText([{ tag: "user", id: 33, perm: 6 }]) // "user:33:rw-"
 */
export function showAclText(acl: readonly AclEntryText[]): string {
  return acl.map(showEntry).join(",");
}

function showEntry({ tag, id, perm }: AclEntryText): string {
  const bits = PERMISSIONS.map((letter, index) => (perm & (4 >> index) ? letter : "-")).join("");
  return `${tag.replace("_obj", "")}:${id ?? ""}:${bits}`;
}
