/** Tar headers, written by hand, and what a shifter must make of them. */

/** The checksum as most tools write it. */
export const SIX_DIGITS = (sum: number): string => `${sum.toString(8).padStart(6, "0")}\0 `;

export interface HeaderFields {
  readonly uid: string;
  readonly gid: string;
  readonly checksum?: (sum: number) => string;
  /** The bytes before the owners: a name. */
  readonly name?: string;
  /** Add bytes up as signed ones, as old tars did. */
  readonly isSigned?: boolean;
}

const latin1 = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/** A block of 512 bytes. */
export function headerOf({ uid, gid, checksum = SIX_DIGITS, name = "etc/shadow", isSigned = false }: HeaderFields) {
  const bytes = new Uint8Array(512);
  bytes.set(latin1(name), 0);
  bytes.set(latin1("0000644\0"), 100);
  bytes.set(latin1(uid), 108);
  bytes.set(latin1(gid), 116);
  bytes.set(latin1("00000001750\0"), 124);
  bytes.set(latin1("14371573000\0"), 136);
  bytes.set(latin1("        "), 148);
  bytes.set(latin1("0"), 156);
  bytes.set(latin1("ustar\x0000root"), 257);
  const sum = bytes.reduce((all, byte) => all + (isSigned && byte > 127 ? byte - 256 : byte), 0);
  bytes.set(latin1(checksum(sum)), 148);
  return bytes;
}

/** Forms that are kept: the same owners, 0 → 100000 and 1000 → 101000, in the form of each. */
export const FORMS: readonly (readonly [what: string, before: HeaderFields, after: HeaderFields])[] = [
  ["seven digits and NUL", { uid: "0000000\0", gid: "0001750\0" }, { uid: "0303240\0", gid: "0305210\0" }],
  ["six digits, blank and NUL", { uid: "000000 \0", gid: "001750 \0" }, { uid: "303240 \0", gid: "305210 \0" }],
  ["six digits, NUL and blank", { uid: "000000\0 ", gid: "001750\0 " }, { uid: "303240\0 ", gid: "305210\0 " }],
  ["leading blanks", { uid: "      0\0", gid: "   1750\0" }, { uid: " 303240\0", gid: " 305210\0" }],
  ["leading blanks to the end", { uid: "       0", gid: "    1750" }, { uid: "  303240", gid: "  305210" }],
  ["eight digits", { uid: "00000000", gid: "00001750" }, { uid: "00303240", gid: "00305210" }],
  ["NULs behind", { uid: "000000\0\0", gid: "001750\0\0" }, { uid: "303240\0\0", gid: "305210\0\0" }],
];

export const CHECKSUM_FORMS: readonly (readonly [what: string, checksum: (sum: number) => string])[] = [
  ["six digits, NUL and blank", SIX_DIGITS],
  ["seven digits and NUL", (sum) => `${sum.toString(8).padStart(7, "0")}\0`],
  ["six digits, blank and NUL", (sum) => `${sum.toString(8).padStart(6, "0")} \0`],
  ["leading blanks, NUL and blank", (sum) => `${sum.toString(8).padStart(6, " ")}\0 `],
];

const PLAIN = { uid: "0000000\0", gid: "0001750\0" };

/** Headers that stay untouched, and the code that says why. */
export const UNTOUCHED: readonly (readonly [what: string, code: string, header: Uint8Array])[] = [
  ["a block of zeros", "empty", new Uint8Array(512)],
  ["a checksum that is not the sum", "badChecksum", headerOf({ ...PLAIN, checksum: (sum) => SIX_DIGITS(sum + 1) })],
  ["a checksum without digits", "badChecksum", headerOf({ ...PLAIN, checksum: () => "\0\0\0\0\0\0\0\0" })],
  ["a checksum of letters", "badChecksum", headerOf({ ...PLAIN, checksum: () => "checksum" })],
  ["a sum of signed bytes", "unusual", headerOf({ ...PLAIN, name: "caf\xe9", isSigned: true })],
  ["a base-256 uid", "unusual", headerOf({ ...PLAIN, uid: "\x80\0\0\0\0\x01\x02\x03" })],
  ["a base-256 gid", "unusual", headerOf({ ...PLAIN, gid: "\x80\0\0\0\0\x01\x02\x03" })],
  ["an owner without digits", "unusual", headerOf({ ...PLAIN, uid: "\0\0\0\0\0\0\0\0" })],
  ["a digit 8", "unusual", headerOf({ ...PLAIN, uid: "0000008\0" })],
  ["digits after the terminator", "unusual", headerOf({ ...PLAIN, uid: "000\x000\0" })],
  ["blanks and then zeros", "unusual", headerOf({ ...PLAIN, uid: "  00000\0" })],
  ["an owner that does not fit", "unusual", headerOf({ ...PLAIN, uid: "0000\0\0\0\0" })],
  ["an owner that would take the last blank", "unusual", headerOf({ ...PLAIN, uid: "     0\0 " })],
  ["a uid that is not mapped", "unmapped", headerOf({ ...PLAIN, uid: "0200000\0" })],
  ["a gid that is not mapped", "unmapped", headerOf({ ...PLAIN, gid: "7777777\0" })],
];
