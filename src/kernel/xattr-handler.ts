import { filesystemType } from "./filesystem-type.ts";
import type { Superblock } from "./inode.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const XATTR = "xattr(7); vectors/linux-6.18/8_vfs_permission.json (tag xattr)";

const RULES = ruleTable({
  nameHasHandler: {
    sentence:
      "A file system keeps attributes of user.*, trusted.* and security.* at most; procfs none, sysfs no user.*.",
    source: `${XATTR}: EOPNOTSUPP; vectors of this project, pseudo.json`,
  },
  nameHasSuffix: { sentence: "Something must follow the name's prefix.", source: "xattr(7): EINVAL" },
});

/** The attribute that file-capability.ts keeps. */
export const CAPABILITY = "security.capability";

/** Whether the file system keeps attributes of this name: `xattr_resolve_name`. @returns ENOTSUP, EINVAL */
export function hasHandler({ type }: Superblock, name: string): Verdict {
  const prefix = filesystemType(type).keeps.find((kept) => name.startsWith(kept));
  if (prefix === undefined) return deny("ENOTSUP", RULES.nameHasHandler, `${name} on ${type}`);
  return name === prefix ? deny("EINVAL", RULES.nameHasSuffix, name) : allow();
}
