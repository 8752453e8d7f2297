import type { AclTag, PosixAcl } from "./posix-acl.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const RULES = ruleTable({
  aclPermBits: { sentence: "An entry of an ACL grants read, write and execute, and nothing else.", source: "acl(5)" },
  aclOrder: {
    sentence:
      "An ACL has one entry each for owner, owning group and others; named users stand before the owning group's entry and named groups after it, then at most one mask, and the entry for others is the last.",
    source: "acl(5), VALID ACLs; vectors/linux-6.18/4_acl_fcap.json (tag acl-bad)",
  },
  aclNeedsMask: { sentence: "An ACL that names a user or a group has a mask.", source: "acl(5), VALID ACLs" },
});

/** What comes next after an entry, and what must have come before it. */
const SEQUENCE: {
  readonly [Tag in AclTag]: { readonly at: Place; readonly next: Place };
} = {
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
