import { isSameKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import type { FileUser } from "./file-user.ts";
import type { OwnerIds, OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

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

/** The ACL that rules access, and the one that what is created in a directory inherits. */
export const ACL_TYPES = ["access", "default"] as const;
export type AclType = (typeof ACL_TYPES)[number];

/** What an inode holds. */
export type InodeAcls = { [T in AclType]: PosixAcl | null };

const RULES = ruleTable({
  aclPermBits: { sentence: "An entry of an ACL grants read, write and execute, and nothing else.", source: "acl(5)" },
  aclOrder: {
    sentence:
      "An ACL has one entry each for owner, owning group and others; named users stand before the owning group's entry and named groups after it, then at most one mask, and the entry for others is the last.",
    source: "acl(5), VALID ACLs; vectors/linux-6.18/4_acl_fcap.json (tag acl-bad)",
  },
  aclNeedsMask: { sentence: "An ACL that names a user or a group has a mask.", source: "acl(5), VALID ACLs" },
  aclOwner: {
    sentence: "The owner is held to the ACL's entry for the owner.",
    source: "acl(5), ACCESS CHECK ALGORITHM",
  },
  aclNamedUser: {
    sentence: "A user that the ACL names is held to that entry and the mask.",
    source: "acl(5), ACCESS CHECK ALGORITHM",
  },
  aclGroup: {
    sentence:
      "A member of groups that the ACL holds entries for needs one entry that grants all that is asked, and the mask must grant it too.",
    source: "acl(5), ACCESS CHECK ALGORITHM",
  },
  aclOther: {
    sentence: "Everybody else is held to the ACL's entry for others.",
    source: "acl(5), ACCESS CHECK ALGORITHM",
  },
});

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

/** What comes next after an entry, and what must have come before it. */
const SEQUENCE: { readonly [Tag in AclTag]: { readonly at: Place; readonly next: Place } } = {
  user_obj: { at: "start", next: "users" },
  user: { at: "users", next: "users" },
  group_obj: { at: "users", next: "groups" },
  group: { at: "groups", next: "groups" },
  mask: { at: "groups", next: "other" },
  other: { at: "other", next: "end" },
};
type Place = "start" | "users" | "groups" | "other" | "end";

/**
 * Is it an ACL, whoever its ids are: `posix_acl_valid` but for the file system's say on ids.
 *
 * @returns EINVAL with the rule
 */
export function validateAcl(acl: PosixAcl): Verdict {
  let place: Place = "start";
  const names = acl.some(({ tag }) => tag === "user" || tag === "group");
  for (const { tag, perm } of acl) {
    if ((perm & ~7) !== 0) return deny("EINVAL", RULES.aclPermBits, `${tag} has ${perm}`);
    if (tag === "other" && place === "groups") {
      if (names) return deny("EINVAL", RULES.aclNeedsMask);
      place = "other";
    }
    if (SEQUENCE[tag].at !== place) return deny("EINVAL", RULES.aclOrder, `${tag} after ${place}`);
    place = SEQUENCE[tag].next;
  }
  return place === "end" ? allow() : deny("EINVAL", RULES.aclOrder, `it ends before the entry for others`);
}

/**
 * What an ACL grants: `posix_acl_permission`. The bits of the mode's group class must not all be zero, or Linux does
 * not ask it; capabilities that pass a refusal are the caller's to ask.
 *
 * @param user    who asks
 * @param owners  of the file, as seen through the mount
 * @param acl     with ids as seen through the mount
 * @param mask    bits of {@link MAY} in permission.ts
 * @returns       EACCES with the entry's rule
 */
export function checkAcl(user: FileUser, owners: OwnerIds, acl: PosixAcl, mask: number): Verdict {
  const want = mask & 7;
  const grants = (perm: number) => (want & ~perm) === 0;
  const say = (ok: boolean, rule: (typeof RULES)[keyof typeof RULES], entry: AclEntry) =>
    ok ? allow(undefined, rule) : deny("EACCES", rule, showEntry(entry));
  const limit = acl.find(({ tag }) => tag === "mask");
  let refused: AclEntry | null = null;
  for (const entry of acl) {
    if (entry.tag === "user_obj" && isSameKuid64(owners.uid, user.uid))
      return say(grants(entry.perm), RULES.aclOwner, entry);
    if (entry.tag === "user" && isSameKuid64(entry.kid, user.uid))
      return say(grants(entry.perm & (limit?.perm ?? 7)), RULES.aclNamedUser, entry);
    if (isGroupOf(user, owners, entry)) {
      if (grants(entry.perm)) return say(grants(entry.perm & (limit?.perm ?? 7)), RULES.aclGroup, entry);
      refused = entry;
    }
    if (entry.tag === "other")
      return refused
        ? deny("EACCES", RULES.aclGroup, showEntry(refused))
        : say(grants(entry.perm), RULES.aclOther, entry);
  }
  throw new Error("an ACL without an entry for others");
}

function isGroupOf(user: FileUser, owners: OwnerIds, entry: AclEntry): boolean {
  if (entry.tag === "group_obj") return user.isIn(owners.gid);
  return entry.tag === "group" && user.isIn(entry.kid);
}

function showEntry(entry: AclEntry): string {
  const bits = ["r", "w", "x"].map((letter, index) => (entry.perm & (4 >> index) ? letter : "-")).join("");
  const who = "kid" in entry ? `${entry.tag} ${showKuid64(entry.kid)}` : entry.tag;
  return `${who} has ${bits}`;
}

/** Which of the mode's three digits a class entry is, as how far it is shifted; the mask stands in for the group. */
const SHIFT = { user_obj: 6, group_obj: 3, mask: 3, other: 0 } as const;

/** The entry that the group digit of the mode stands for: the mask, or the owning group where there is none. */
function isInMode(acl: PosixAcl, entry: AclEntry): entry is ClassEntry {
  if (entry.tag === "group_obj") return !acl.some(({ tag }) => tag === "mask");
  return entry.tag !== "user" && entry.tag !== "group";
}

/**
 * The mode that an ACL makes: `posix_acl_equiv_mode`.
 *
 * @returns  its nine bits, and whether they say all that the ACL says
 */
export function modeOfAcl(acl: PosixAcl): { readonly mode: number; readonly isWhole: boolean } {
  const mode = acl.reduce((bits, entry) => (isInMode(acl, entry) ? bits | (entry.perm << SHIFT[entry.tag]) : bits), 0);
  return { mode, isWhole: acl.every(({ tag }) => tag === "user_obj" || tag === "group_obj" || tag === "other") };
}

/**
 * The ACL after the file's mode was set: `posix_acl_chmod`. The group's digit becomes the mask.
 *
 * @param mode  the file's new mode
 */
export function chmodAcl(acl: PosixAcl, mode: number): PosixAcl {
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
