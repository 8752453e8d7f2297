import { isSameKuid64, showKuid64 } from "../core/kuid64.ts";
import { type Cred, isInGroup } from "./cred.ts";
import type { AclEntry, PosixAcl } from "./posix-acl.ts";
import type { OwnerIds } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const RULES = ruleTable({
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

/**
 * What an ACL grants: `posix_acl_permission`. The bits of the mode's group class must not all be zero, or Linux does
 * not ask it; capabilities that pass a refusal are the caller's to ask.
 *
 * @param owners  of the file, as seen through the mount
 * @param acl     with ids as seen through the mount
 * @param mask    bits of {@link MAY} in permission.ts
 * @returns       EACCES with the entry's rule
 */
export function checkAcl(cred: Cred, owners: OwnerIds, acl: PosixAcl, mask: number): Verdict {
  const want = mask & 7;
  const grants = (perm: number) => (want & ~perm) === 0;
  const say = (ok: boolean, rule: (typeof RULES)[keyof typeof RULES], entry: AclEntry) =>
    ok ? allow(undefined, rule) : deny("EACCES", rule, showEntry(entry));
  const limit = acl.find(({ tag }) => tag === "mask");
  let refused: AclEntry | null = null;
  for (const entry of acl) {
    if (entry.tag === "user_obj" && isSameKuid64(owners.uid, cred.uid.fs))
      return say(grants(entry.perm), RULES.aclOwner, entry);
    if (entry.tag === "user" && isSameKuid64(entry.kid, cred.uid.fs))
      return say(grants(entry.perm & (limit?.perm ?? 7)), RULES.aclNamedUser, entry);
    if (isGroupOf(cred, owners, entry)) {
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

function isGroupOf(cred: Cred, owners: OwnerIds, entry: AclEntry): boolean {
  if (entry.tag === "group_obj") return isInGroup(cred, owners.gid);
  return entry.tag === "group" && isInGroup(cred, entry.kid);
}

function showEntry(entry: AclEntry): string {
  const bits = ["r", "w", "x"].map((letter, index) => (entry.perm & (4 >> index) ? letter : "-")).join("");
  const who = "kid" in entry ? `${entry.tag} ${showKuid64(entry.kid)}` : entry.tag;
  return `${who} has ${bits}`;
}
