import { base256, concat, entry, GNU, header, id7, V7 } from "../archive.ts";
import { EIGHT, far, R, type Row, SHIFTED, STAY, TOP, USERS } from "./row.ts";

/** Entries whose headers stand in some form. */
export const FIELDS: readonly Row[] = [
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
    rule: "blanks before zeros: the zeros stay",
    before: entry({ uid: "  000001" }),
    after: entry({ uid: "  000011" }),
    options: { uids: EIGHT, gids: STAY },
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

function seven(sum: number): string {
  return `${sum.toString(8).padStart(7, "0")}\0`;
}
function blanks(sum: number): string {
  return `${sum.toString(8).padStart(6, " ")}\0 `;
}
