import type { Errno } from "./errno.ts";
import { filesystemType } from "./filesystem-type.ts";
import type { Inode, NameOperation } from "./inode.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const RULES = ruleTable({
  flagsTaken: {
    sentence: "sysfs and cgroups look at the flags of a rename, and take none, before they refuse it.",
    source: "renameat2(2): EINVAL; vectors of this project, pseudo.json",
  },
  operationThere: {
    sentence:
      "A file system has not every operation on names: those whose names are the kernel's own have none to make, move or remove them; shiftfs, none for a file without a name.",
    source:
      "mkdir(2), mknod(2), symlink(2), link(2), unlink(2), rmdir(2), rename(2): EPERM; vectors of this project, trees.json; shiftfs, as Ubuntu had it: EOPNOTSUPP",
  },
});

/** What is answered where the file system has not the operation. */
const MISSING: { readonly [Operation in NameOperation]: Errno } = {
  create: "EACCES",
  mknod: "EPERM",
  mkdir: "EPERM",
  symlink: "EPERM",
  link: "EPERM",
  rename: "EPERM",
  unlink: "EPERM",
  rmdir: "EPERM",
  tmpfile: "ENOTSUP",
};

/**
 * Has the file system of a directory the operation? Asked once permission was given.
 *
 * @param isFlagged  of rename: with noreplace, exchange or whiteout
 * @returns          EACCES, EPERM, ENOTSUP, EINVAL
 */
export function hasOperation({ superblock }: Inode, operation: NameOperation, isFlagged = false): Verdict {
  const { names, name, type } = superblock;
  if (isFlagged && !filesystemType(type).hasRenameFlags) return deny("EINVAL", RULES.flagsTaken, `on ${type}`);
  return !names || names.includes(operation)
    ? allow()
    : deny(MISSING[operation], RULES.operationThere, `${name} has no ${operation}`);
}
