/** What shifting by 0:100000:65536 (or far) makes of every form an owner can have, and that it can be shifted back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { IDENTITY, idMap } from "../../src/core/index.ts";
import {
  aclValue,
  archive,
  base256,
  bytes,
  capabilityValue,
  concat,
  END,
  entry,
  GNU,
  header,
  id7,
  pax,
  record,
  V7,
} from "./archive.ts";
import { assertBytes, both, FAR, type Options, shift } from "./shifting.ts";

interface Row {
  readonly rule: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly options?: Options;
  /** The encoding or a width changed, or a record was added, so that shifting back gives other bytes. */
  readonly isOneWay?: true;
}

const R = id7(100_000);
const USERS = { uid: id7(1000), gid: id7(100) };
const SHIFTED = { uid: id7(101_000), gid: id7(100_100) };
const far = both(FAR);
const STAY = idMap<"gid">(IDENTITY.extents);
const TOP = idMap<"uid">([{ first: 4_294_967_294, lowerFirst: 7, count: 1 }]);
const MILLION = idMap<"uid">([{ first: 1_000_000, lowerFirst: 1_100_000, count: 65_536 }]);

/** Entries whose headers stand in some form. */
const FIELDS: readonly Row[] = [
  { rule: "ustar: seven digits and NUL", before: entry(USERS, "body"), after: entry(SHIFTED, "body") },
  { rule: "GNU: the same", before: entry({ ...USERS, magic: GNU }), after: entry({ ...SHIFTED, magic: GNU }) },
  {
    rule: "v7, without a magic: the same",
    before: entry({ ...USERS, magic: V7 }),
    after: entry({ ...SHIFTED, magic: V7 }),
  },
  {
    rule: "blanks before the digits stay blanks",
    before: entry({ uid: "   1750\0" }),
    after: entry({ uid: " 305210\0", gid: R }),
  },
  {
    rule: "blanks before and behind",
    before: entry({ uid: "  1750 \0", gid: "     0 \0" }),
    after: entry({ uid: "305210 \0", gid: "303240 \0" }),
    isOneWay: true,
  },
  {
    rule: "blanks before zeros: as many digits as there were",
    before: entry({ uid: "  000000" }),
    after: entry({ uid: "  303240", gid: R }),
    isOneWay: true,
  },
  {
    rule: "six digits, a blank and NUL",
    before: entry({ uid: "001750 \0" }),
    after: entry({ uid: "305210 \0", gid: R }),
  },
  {
    rule: "eight digits with nothing behind",
    before: entry({ uid: "00001750" }),
    after: entry({ uid: "00305210", gid: R }),
  },
  {
    rule: "eight digits: an id of eight digits fits",
    before: entry({ uid: "00000001" }),
    after: entry({ uid: "13343301", gid: id7(0) }),
    options: { uids: far.uids, gids: STAY },
  },
  {
    rule: "bytes behind the terminator stay",
    before: entry({ uid: "001750\0x" }),
    after: entry({ uid: "305210\0x", gid: R }),
  },
  {
    rule: "fewer digits than needed: the NULs behind make room",
    before: entry({ uid: "1750\0\0\0\0" }),
    after: entry({ uid: "305210\0\0", gid: R }),
    isOneWay: true,
  },
  {
    rule: "an empty field is 0, and gets seven digits",
    before: entry({ uid: "\0\0\0\0\0\0\0\0" }),
    after: entry({ uid: R, gid: R }),
    isOneWay: true,
  },
  {
    rule: "base 256 stays base 256",
    before: entry({ uid: base256(1000), magic: GNU }),
    after: entry({ uid: base256(101_000), gid: R, magic: GNU }),
  },
  {
    rule: "base 256 in ustar likewise",
    before: entry({ gid: base256(1000) }),
    after: entry({ uid: R, gid: base256(101_000) }),
  },
  {
    rule: "a negative id is the one with the same bits",
    before: entry({ uid: base256(-2), magic: GNU }),
    after: entry({ uid: base256(7), magic: GNU }),
    options: { uids: TOP, gids: STAY },
    isOneWay: true,
  },
  {
    rule: "GNU: an id that does not fit becomes base 256",
    before: entry({ ...USERS, magic: GNU }, "x"),
    after: entry({ uid: base256(3_001_000), gid: base256(3_000_100), magic: GNU }, "x"),
    options: far,
    isOneWay: true,
  },
  {
    rule: "a checksum of seven digits and NUL",
    before: entry({ ...USERS, checksum: seven }),
    after: entry({ ...SHIFTED, checksum: seven }),
  },
  {
    rule: "a checksum with leading blanks",
    before: entry({ ...USERS, checksum: blanks }),
    after: entry({ ...SHIFTED, checksum: blanks }),
  },
  {
    rule: "a checksum of signed bytes stays one",
    before: entry({ ...USERS, name: "caf\xe9", isSigned: true }),
    after: entry({ ...SHIFTED, name: "caf\xe9", isSigned: true }),
  },
  {
    rule: "links, devices, folders and pipes are owned, whatever their size says",
    before: concat(...[..."123456"].map((type) => header({ ...USERS, type, size: "00000007777\0" }))),
    after: concat(...[..."123456"].map((type) => header({ ...SHIFTED, type, size: "00000007777\0" }))),
  },
  {
    rule: "a type that nobody knows is a file",
    before: entry({ ...USERS, type: "Q" }, "body"),
    after: entry({ ...SHIFTED, type: "Q" }, "body"),
  },
  {
    rule: "a volume label is nobody's",
    before: entry({ type: "V", uid: "", gid: "" }),
    after: entry({ type: "V", uid: "", gid: "" }),
  },
  {
    rule: "a size in base 256",
    before: entry({ ...USERS, size: base256(4, 12) }, "body"),
    after: entry({ ...SHIFTED, size: base256(4, 12) }, "body"),
  },
  {
    rule: "names stay by default",
    before: entry({ ...USERS, uname: "lisa", gname: "users" }),
    after: entry({ ...SHIFTED, uname: "lisa", gname: "users" }),
  },
  {
    rule: "names are dropped when asked",
    before: entry({ ...USERS, uname: "lisa", gname: "users" }),
    after: entry(SHIFTED),
    options: { names: "drop" },
    isOneWay: true,
  },
];

/** Entries with headers before them. */
const EXTENSIONS: readonly Row[] = [
  {
    rule: "a record of the uid counts; a field that says something else stays",
    before: concat(pax({ uid: "5000", mtime: "1.5" }), entry({ gid: id7(100) })),
    after: concat(pax({ uid: "105000", mtime: "1.5" }), entry({ gid: id7(100_100) })),
  },
  {
    rule: "a field that says the same as its record follows it",
    before: concat(pax({ uid: "1000", gid: "100" }), entry(USERS)),
    after: concat(pax({ uid: "101000", gid: "100100" }), entry(SHIFTED)),
  },
  {
    rule: "a field that its record no longer fits into stays",
    before: concat(pax({ uid: "1000", gid: "100" }), entry(USERS)),
    after: concat(pax({ uid: "3001000", gid: "3000100" }), entry(USERS)),
    options: far,
  },
  {
    rule: "a field of letters under a record is not looked at",
    before: concat(pax({ uid: "1000" }), entry({ uid: "letters\0", gid: "0000000\0" })),
    after: concat(pax({ uid: "101000" }), entry({ uid: "letters\0", gid: R })),
  },
  {
    rule: "records without an owner leave the field in force",
    before: concat(pax({ mtime: "1.5" }), entry(USERS)),
    after: concat(pax({ mtime: "1.5" }), entry(SHIFTED)),
  },
  {
    rule: "an empty record leaves the field in force",
    before: concat(pax({ uid: "" }), entry(USERS)),
    after: concat(pax({ uid: "" }), entry(SHIFTED)),
  },
  {
    rule: "a longer record may take one more block",
    before: concat(pax({ comment: "x".repeat(489), uid: "0" }), entry()),
    after: concat(pax({ comment: "x".repeat(489), uid: "100000" }), entry({ uid: R, gid: R })),
  },
  {
    rule: "zeros before a number stay",
    before: concat(pax({ uid: "0000001000" }), entry()),
    after: concat(pax({ uid: "0000101000" }), entry({ gid: R })),
  },
  {
    rule: "ustar: an id that does not fit gets a record of its own",
    before: entry({ ...USERS, name: "usr/bin/at" }, "x"),
    after: concat(
      pax({ uid: "3001000", gid: "3000100" }, "x", { name: "PaxHeaders/at" }),
      entry({ ...USERS, name: "usr/bin/at" }, "x"),
    ),
    options: far,
    isOneWay: true,
  },
  {
    rule: "one that does not fit is added to the records there are",
    before: concat(pax({ mtime: "1.5" }), entry(USERS)),
    after: concat(pax({ mtime: "1.5", uid: "3001000", gid: "3000100" }), entry(USERS)),
    options: far,
    isOneWay: true,
  },
  {
    rule: "a Solaris extended header is one",
    before: concat(pax({ uid: "1000" }, "X"), entry()),
    after: concat(pax({ uid: "101000" }, "X"), entry({ gid: R })),
  },
  {
    rule: "a global header is translated, and so are the fields under it",
    before: concat(pax({ uid: "1000", comment: "c" }, "g"), entry(USERS), entry(USERS)),
    after: concat(pax({ uid: "101000", comment: "c" }, "g"), entry(SHIFTED), entry(SHIFTED)),
  },
  {
    rule: "the record added under a global header says what that says",
    before: concat(pax({ uid: "7" }, "g"), entry({ uid: id7(1000) })),
    after: concat(pax({ uid: "3000007" }, "g"), pax({ uid: "3000007" }, "x"), entry({ uid: id7(1000) })),
    options: { uids: far.uids, gids: STAY },
    isOneWay: true,
  },
  {
    rule: "GNU long names stay",
    before: concat(
      entry({ name: "././@LongLink", type: "L", magic: GNU }, `${"d/".repeat(200)}\0`),
      entry({ name: "././@LongLink", type: "K", magic: GNU }, `${"l/".repeat(300)}\0`),
      entry({ ...USERS, type: "2", magic: GNU }),
    ),
    after: concat(
      entry({ name: "././@LongLink", type: "L", magic: GNU }, `${"d/".repeat(200)}\0`),
      entry({ name: "././@LongLink", type: "K", magic: GNU }, `${"l/".repeat(300)}\0`),
      entry({ ...SHIFTED, type: "2", magic: GNU }),
    ),
  },
  {
    rule: "old GNU sparse files: the blocks that go on with the map are passed by",
    before: sparse(USERS),
    after: sparse(SHIFTED),
  },
  {
    rule: "the size in a record is the body's",
    before: concat(
      pax({ size: "600" }),
      header({ ...USERS, size: "00000000000\0" }),
      new Uint8Array(1024).fill(7),
      entry(USERS),
    ),
    after: concat(
      pax({ size: "600" }),
      header({ ...SHIFTED, size: "00000000000\0" }),
      new Uint8Array(1024).fill(7),
      entry(SHIFTED),
    ),
  },
  {
    rule: "pax sparse records stay",
    before: concat(
      pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" }),
      entry(USERS, `1\n0\n1\n${"\0".repeat(506)}x`),
    ),
    after: concat(
      pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" }),
      entry(SHIFTED, `1\n0\n1\n${"\0".repeat(506)}x`),
    ),
  },
  {
    rule: "names in records are dropped when asked, and a header of no records with them",
    before: concat(pax({ uname: "lisa" }), entry(USERS), pax({ gname: "users", mtime: "1" }), entry(USERS)),
    after: concat(entry(SHIFTED), pax({ mtime: "1" }), entry(SHIFTED)),
    options: { names: "drop" },
    isOneWay: true,
  },
];

const NOBODY = 0xffff_ffff;
const attribute = (key: string, value: string): Uint8Array => concat(pax({ [key]: value }), entry(USERS));
const shifted = (key: string, value: string): Uint8Array => concat(pax({ [key]: value }), entry(SHIFTED));
const acl = (first: number, second: number): string =>
  aclValue([1, 7, NOBODY], [2, 6, first], [4, 5, NOBODY], [8, 7, second], [16, 7, NOBODY], [32, 0, NOBODY]);
const base64 = (value: string): string => btoa(value).replace(/=+$/, "");

/** Ids that are not owners. */
const ATTRIBUTES: readonly Row[] = [
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

/** What stands around the entries. */
const FRAMES: readonly Row[] = [
  {
    rule: "what stands behind the end marker stays",
    before: concat(entry(USERS), END, entry(USERS), bytes("and more")),
    after: concat(entry(SHIFTED), END, entry(USERS), bytes("and more")),
  },
  { rule: "an archive without an end marker ends", before: entry(USERS), after: entry(SHIFTED) },
  {
    rule: "garbage that fills a body up stays",
    before: concat(header({ ...USERS, size: "00000000001\0" }), new Uint8Array(512).fill(0xa5)),
    after: concat(header({ ...SHIFTED, size: "00000000001\0" }), new Uint8Array(512).fill(0xa5)),
  },
  {
    rule: "garbage that fills records up stays",
    before: concat(dirty("1001000"), entry()),
    after: concat(dirty("1101000"), entry({ gid: R })),
    options: { uids: MILLION },
  },
];

for (const [name, rows] of Object.entries({ FIELDS, EXTENSIONS, ATTRIBUTES, FRAMES }))
  describe(name.toLowerCase(), () => {
    for (const { rule, before, after, options = {}, isOneWay } of rows)
      test(rule, async () => {
        const [input, output] = name === "FRAMES" ? [before, after] : [archive(before), archive(after)];
        const there = await shift(input, options);
        assertBytes(there.bytes, output, "shifted:");
        assertBytes((await shift(input, { ...options, isBare: true })).bytes, output, "without an engine:");
        assertBytes((await shift(input, { ...options, sizes: [1] })).bytes, output, "byte by byte:");
        if (isOneWay) return;
        const back = await shift(output, { ...options, reverse: true });
        assertBytes(back.bytes, input, "back:");
        assert.equal(there.report.recordsAdded + there.report.fieldsWidened, 0);
      });
  });

function seven(sum: number): string {
  return `${sum.toString(8).padStart(7, "0")}\0`;
}
function blanks(sum: number): string {
  return `${sum.toString(8).padStart(6, " ")}\0 `;
}
function dirty(uid: string): Uint8Array {
  const records = bytes(record("uid", uid));
  const body = new Uint8Array(512).fill(0xa5);
  body.set(records);
  return concat(
    header({ name: "PaxHeaders/file", type: "x", size: `${records.length.toString(8).padStart(11, "0")}\0` }),
    body,
  );
}
function sparse(owner: { readonly uid: string; readonly gid: string }): Uint8Array {
  const more = (flag: string) => concat(bytes("0".repeat(504)), bytes(`${flag}xxxxxxx`));
  return concat(
    header({ ...owner, type: "S", magic: GNU, size: "00000000004\0", at: { 482: "\x01" } }),
    more("\x01"),
    more("\0"),
    concat(bytes("body"), new Uint8Array(508)),
    entry(owner),
  );
}
