import { bytes, concat, entry, GNU, header, id7, pax } from "../archive.ts";
import { far, R, type Row, SHIFTED, STAY, USERS } from "./row.ts";

/** Entries with headers before them. */
export const EXTENSIONS: readonly Row[] = [
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
    rule: "a field that says what its record is about to say gets what that said",
    before: concat(pax({ uid: "0" }), entry({ uid: R, gid: "0000000\0" })),
    after: concat(pax({ uid: "100000" }), entry({ uid: "0000000\0", gid: R })),
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
