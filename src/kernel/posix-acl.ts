import type { UserId } from "../core/id.ts";
import type { Kuid64 } from "../core/kuid64.ts";
import type { OwnerKind } from "./user-namespace.ts";

/** The entries of an ACL, in the order in which a valid one has them. @source acl(5), ACL ENTRIES */
export const ACL_TAGS = ["user_obj", "user", "group_obj", "group", "mask", "other"] as const;
export type AclTag = (typeof ACL_TAGS)[number];

/** An entry for one of the classes that every mode has, or the mask. */
interface ClassEntry {
  readonly tag: "user_obj" | "group_obj" | "mask" | "other";
  /** Bits of {@link MAY} in permission.ts; a valid entry has no others. */
  readonly perm: number;
}

/** An entry for a user or group by its id. */
interface NamedEntry<Tag extends AclTag, K extends OwnerKind> {
  readonly tag: Tag;
  readonly perm: number;
  readonly kid: Kuid64<K>;
}

export type AclEntry = ClassEntry | NamedEntry<"user", "uid"> | NamedEntry<"group", "gid">;

/**
 * A POSIX ACL, as a value. Its ids are 64-bit kernel ids: those the inode holds, or, where a function says so, the
 * same as they are seen through a mount.
 */
export type PosixAcl = readonly AclEntry[];

/** An entry as user space gives and is given it: ids are numbers of its own namespace; null where it names nobody. */
export type AclEntryText =
  | { readonly tag: "user"; readonly id: UserId<"uid">; readonly perm: number }
  | { readonly tag: "group"; readonly id: UserId<"gid">; readonly perm: number }
  | { readonly tag: Exclude<AclTag, "user" | "group">; readonly id: null; readonly perm: number };

/** The ACL that rules access, and the one that what is created in a directory inherits. */
export const ACL_TYPES = ["access", "default"] as const;
export type AclType = (typeof ACL_TYPES)[number];

/** What an inode holds. */
export type InodeAcls = { [T in AclType]: PosixAcl | null };

/** Takes an id of an ACL from one place to another. */
export type TakeKid = <K extends OwnerKind>(kind: K, kid: Kuid64<K>) => Kuid64<K>;

/** The same ACL with every id taken somewhere else. */
export function mapAclIds(acl: PosixAcl, take: TakeKid): PosixAcl {
  return acl.map((entry) => {
    if (entry.tag === "user") return { ...entry, kid: take("uid", entry.kid) };
    if (entry.tag === "group") return { ...entry, kid: take("gid", entry.kid) };
    return entry;
  });
}

/** Which of the mode's three digits a class entry is, as how far it is shifted; the mask stands in for the group. */
const SHIFT = { user_obj: 6, group_obj: 3, mask: 3, other: 0 } as const;

/** What the mode's digits and an ACL have to do with each other does not depend on whom the entries name. */
type Permitted = Pick<AclEntry, "tag" | "perm">;

/** The entry that the group digit of the mode stands for: the mask, or the owning group where there is none. */
function isInMode<E extends Permitted>(acl: readonly E[], entry: E): entry is E & ClassEntry {
  if (entry.tag === "group_obj") return !acl.some(({ tag }) => tag === "mask");
  return entry.tag !== "user" && entry.tag !== "group";
}

/**
 * The mode that an ACL makes: `posix_acl_equiv_mode`.
 *
 * @returns  its nine bits, and whether they say all that the ACL says
 */
export function modeOfAcl(acl: readonly Permitted[]): { readonly mode: number; readonly isWhole: boolean } {
  const mode = acl.reduce((bits, entry) => (isInMode(acl, entry) ? bits | (entry.perm << SHIFT[entry.tag]) : bits), 0);
  return { mode, isWhole: acl.every(({ tag }) => tag === "user_obj" || tag === "group_obj" || tag === "other") };
}

/**
 * The ACL after the file's mode was set: `posix_acl_chmod`. The group's digit becomes the mask.
 *
 * @param mode  the file's new mode
 */
export function chmodAcl<E extends Permitted>(acl: readonly E[], mode: number): readonly E[] {
  return acl.map((entry) => (isInMode(acl, entry) ? { ...entry, perm: (mode >> SHIFT[entry.tag]) & 7 } : entry));
}

/** What something that is created starts with. */
export interface Inherited {
  /** As asked for, less what the default ACL or the umask withholds. */
  readonly mode: number;
  readonly acls: InodeAcls;
}

/**
 * What is created in a directory inherits: `posix_acl_create`. The directory's default ACL takes the umask's place;
 * the mode asked for and the ACL limit each other. Symbolic links inherit nothing, not even a umask.
 *
 * @param parentDefault  the directory's default ACL
 * @param mode           as asked for, with set-id bits
 * @source acl(5), OBJECT CREATION AND DEFAULT ACLs; umask(2)
 */
export function inheritAcl(
  parentDefault: PosixAcl | null,
  mode: number,
  umask: number,
  isDirectory: boolean,
): Inherited {
  if (!parentDefault) return { mode: mode & ~(umask & 0o777), acls: { access: null, default: null } };
  const access = parentDefault.map((entry) =>
    isInMode(parentDefault, entry) ? { ...entry, perm: entry.perm & (mode >> SHIFT[entry.tag]) } : entry,
  );
  const made = modeOfAcl(access);
  return {
    mode: (mode & ~0o777) | made.mode,
    acls: { access: made.isWhole ? null : access, default: isDirectory ? parentDefault : null },
  };
}
