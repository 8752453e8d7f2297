import { aclValue, capabilityValue, concat, entry, pax } from "../archive.ts";
import { type Row, SHIFTED, USERS } from "./row.ts";

const NOBODY = 0xffff_ffff;
const attribute = (key: string, value: string): Uint8Array => concat(pax({ [key]: value }), entry(USERS));
const shifted = (key: string, value: string): Uint8Array => concat(pax({ [key]: value }), entry(SHIFTED));
const acl = (first: number, second: number): string =>
  aclValue([1, 7, NOBODY], [2, 6, first], [4, 5, NOBODY], [8, 7, second], [16, 7, NOBODY], [32, 0, NOBODY]);
const base64 = (value: string): string => btoa(value).replace(/=+$/, "");

/** Ids that are not owners. */
export const ATTRIBUTES: readonly Row[] = [
  ...["access", "default"].flatMap((which): Row[] => [
    {
      rule: `POSIX ACL, ${which}: users and groups named`,
      before: attribute(`SCHILY.xattr.system.posix_acl_${which}`, acl(1000, 7)),
      after: shifted(`SCHILY.xattr.system.posix_acl_${which}`, acl(101_000, 100_007)),
    },
    {
      rule: `POSIX ACL, ${which}, in libarchive's base 64`,
      before: attribute(`LIBARCHIVE.xattr.system.posix_acl_${which}`, base64(acl(1000, 7))),
      after: shifted(`LIBARCHIVE.xattr.system.posix_acl_${which}`, base64(acl(101_000, 100_007))),
    },
    {
      rule: `ACL in text, ${which}: the id behind the name, the name stays`,
      before: attribute(
        `SCHILY.acl.${which}`,
        "user::rwx,user:lisa:r-x:1000,group::r-x,group:toolies:rwx:7,mask::rwx,other::r--",
      ),
      after: shifted(
        `SCHILY.acl.${which}`,
        "user::rwx,user:lisa:r-x:101000,group::r-x,group:toolies:rwx:100007,mask::rwx,other::r--",
      ),
    },
  ]),
  {
    rule: "ACL in text: lines, and ids instead of names",
    before: attribute("SCHILY.acl.access", "user::rwx\nuser:1000:r-x\ng:7:rwx:7\n# a comment\n"),
    after: shifted("SCHILY.acl.access", "user::rwx\nuser:101000:r-x\ng:100007:rwx:100007\n# a comment\n"),
  },
  {
    rule: "ACL in text: a name without an id stays",
    before: attribute("SCHILY.acl.access", "user:lisa:r-x,group:1:rwx"),
    after: shifted("SCHILY.acl.access", "user:lisa:r-x,group:100001:rwx"),
  },
  {
    rule: "ACL in text: a dropped name makes room for its id",
    before: attribute("SCHILY.acl.access", "user:lisa:r-x:1000,user:bob:rwx"),
    after: shifted("SCHILY.acl.access", "user:101000:r-x:101000,user:bob:rwx"),
    options: { names: "drop" },
    isOneWay: true,
  },
  {
    rule: "NFSv4 ACL in text",
    before: attribute("SCHILY.acl.ace", "user:lisa:rwxp--aARWcCos:fd-----:allow:1000,owner@:r:-------:deny"),
    after: shifted("SCHILY.acl.ace", "user:lisa:rwxp--aARWcCos:fd-----:allow:101000,owner@:r:-------:deny"),
  },
  {
    rule: "capability of revision 3: the root id",
    before: attribute("SCHILY.xattr.security.capability", capabilityValue(3, 0)),
    after: shifted("SCHILY.xattr.security.capability", capabilityValue(3, 100_000)),
  },
  {
    rule: "capability of revision 3 in base 64",
    before: attribute("LIBARCHIVE.xattr.security.capability", btoa(capabilityValue(3, 0))),
    after: shifted("LIBARCHIVE.xattr.security.capability", btoa(capabilityValue(3, 100_000))),
  },
  {
    rule: "capability of revision 2 stays",
    before: attribute("SCHILY.xattr.security.capability", capabilityValue(2)),
    after: shifted("SCHILY.xattr.security.capability", capabilityValue(2)),
  },
  {
    rule: "capability of revision 2 becomes the namespace's when asked, and back",
    before: attribute("SCHILY.xattr.security.capability", capabilityValue(2)),
    after: shifted("SCHILY.xattr.security.capability", capabilityValue(3, 100_000)),
    options: { capabilities: "namespace" },
  },
  {
    rule: "capability of revision 1 stays",
    before: attribute("SCHILY.xattr.security.capability", capabilityValue(1)),
    after: shifted("SCHILY.xattr.security.capability", capabilityValue(1)),
    options: { capabilities: "namespace" },
  },
  {
    rule: "other attributes stay",
    before: attribute("SCHILY.xattr.user.rootlesscontainers", "\x08\xe8\x07\x10\x64"),
    after: shifted("SCHILY.xattr.user.rootlesscontainers", "\x08\xe8\x07\x10\x64"),
  },
];
