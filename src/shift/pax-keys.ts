/**
 * The keys of pax records under which writers of archives keep extended attributes: in front of the attribute's name on
 * Linux. libarchive's value is in base 64; it writes both.
 *
 * @source star(4), SCHILY.xattr; libarchive's tar(5), LIBARCHIVE.xattr
 */
export const XATTR_KEYS = { schily: "SCHILY.xattr.", libarchive: "LIBARCHIVE.xattr." } as const;

/** The keys under which tar programs keep ACLs as text: those of POSIX, and of NFSv4. @source star(4), SCHILY.acl */
export const ACL_KEYS = {
  access: "SCHILY.acl.access",
  default: "SCHILY.acl.default",
  nfs4: "SCHILY.acl.ace",
} as const;
