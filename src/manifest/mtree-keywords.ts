import type { InodeType } from "../kernel/index.ts";

/** The types of entries as an mtree names them. @source mtree(5), type */
export const MTREE_TYPES = {
  file: "file",
  dir: "dir",
  symlink: "link",
  fifo: "fifo",
  chr: "char",
  blk: "block",
  sock: "socket",
} as const satisfies Record<InodeType, string>;

/** The keywords that an entry has fields for, in the order they are written in. Others are kept as they are. */
export const FIELD_KEYWORDS: ReadonlySet<string> = new Set([
  "type",
  "mode",
  "uid",
  "gid",
  "uname",
  "gname",
  "device",
  "link",
  "nlink",
  "inode",
  "resdevice",
  "size",
  "time",
  "sha256digest",
  "sha256",
  "tags",
]);

/** Before an attribute's name in a keyword, as go-mtree has it: `xattr.user.note=BASE64`. */
export const XATTR_KEYWORD = "xattr.";
/**
 * Before an attribute's name in a tag: `tags=xattr.user.note:BASE64`. NetBSD's mtree stops at a keyword that it does not
 * know, and bsdtar at the end; both take any tag.
 */
export const XATTR_TAG = "xattr.";
/** Before the number of a hard-link group in a tag. bsdtar takes `inode` for it, which NetBSD's mtree does not know. */
export const LINK_TAG = "inode.";
