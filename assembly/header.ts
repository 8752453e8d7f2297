/**
 * Owners in the header of a tar entry: a block of 512 bytes (POSIX ustar, "ustar Interchange Format").
 *
 * uid, gid and checksum are octal digits in fields of 8 bytes, zeros or blanks before them and NULs or blanks behind.
 */
import { NO_ID, SEGMENT_COUNT, SEGMENTS, translateOne } from "./segment";
import { sumOfLanes } from "./simd";
import { HEADER } from "./static";

const UID: usize = HEADER + 108;
const GID: usize = HEADER + 116;
const CHECKSUM: usize = HEADER + 148;
const FIELD_BYTES: u32 = 8;

/** The codes of `HEADER` in src/core/engine.ts. */
const SHIFTED: i32 = 0;
const EMPTY: i32 = 1;
const UNUSUAL: i32 = 2;
const BAD_CHECKSUM: i32 = 3;
const UNMAPPED: i32 = 4;

const BLANK: u32 = 0x20;
const ZERO: u32 = 0x30;

/** What {@link readField} found: the number, how many bytes stand before the terminator, how many of them are blank. */
let value: u32 = 0;
let width: u32 = 0;
let blanks: u32 = 0;

/** @returns false when the field is not digits in one of the forms that {@link writeField} keeps */
function readField(field: usize): bool {
  let at: u32 = 0;
  while (at < FIELD_BYTES && load<u8>(field + at) == BLANK) at++;
  blanks = at;
  let number: u32 = 0;
  for (; at < FIELD_BYTES; at++) {
    const digit = load<u8>(field + at) - ZERO;
    if (digit > 7) break;
    number = (number << 3) | digit;
  }
  value = number;
  width = at;
  if (at == blanks) return false;
  // Blanks and then zeros: after a longer number it could not be told how many of each there were.
  if (blanks > 0 && load<u8>(field + blanks) == ZERO && at - blanks > 1) return false;
  for (; at < FIELD_BYTES; at++) if ((load<u8>(field + at) & ~BLANK) != 0) return false;
  return true;
}

function digitsOf(number: u32): u32 {
  return number == 0 ? 1 : (34 - clz(number)) / 3;
}

/** Does the number fit, a field with blanks keeping at least one? Without it the field would read as one of zeros. */
function fits(number: u32, fieldWidth: u32, fieldBlanks: u32): bool {
  return digitsOf(number) + u32(fieldBlanks > 0) <= fieldWidth;
}

/** Write the number as wide as the one that stood there, filled up as that was. */
function writeField(field: usize, number: u32, fieldWidth: u32, fieldBlanks: u32): void {
  const digits = digitsOf(number);
  for (let k: u32 = 0; k < fieldWidth; k++) {
    const byte = k < digits ? ZERO + (number & 7) : fieldBlanks > 0 ? BLANK : ZERO;
    store<u8>(field + (fieldWidth - 1 - k), <u8>byte);
    number >>= 3;
  }
}

/** The header's bytes added up, unsigned; `value` becomes how many of them are 128 or more. */
function sumOfBytes(from: usize, bytes: usize): u32 {
  let sums = i32x4.splat(0);
  const end = from + bytes;
  for (; from < end; from += 64) {
    const a = i16x8.add(pairSums(from), pairSums(from + 16));
    const b = i16x8.add(pairSums(from + 32), pairSums(from + 48));
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.add(a, b)));
  }
  return sumOfLanes(sums);
}

// @ts-ignore: decorator
@inline
function pairSums(at: usize): v128 {
  return i16x8.extadd_pairwise_i8x16_u(v128.load(at));
}

function sumOfField(field: usize): u32 {
  let sum: u32 = 0;
  for (let k: usize = 0; k < FIELD_BYTES; k++) sum += load<u8>(field + k);
  return sum;
}

/** Bytes of 128 or more outside the checksum: each is 256 less where bytes were added up signed, as old tars did. */
function countHigh(): u32 {
  let high: u32 = 0;
  for (let at: usize = 0; at < 512; at += 16) high += popcnt(i8x16.bitmask(v128.load(HEADER + at)));
  for (let k: usize = 0; k < FIELD_BYTES; k++) high -= load<u8>(CHECKSUM + k) >> 7;
  return high;
}

/**
 * Translate the owners in the header at {@link HEADER}, and its checksum.
 *
 * @param uids  table (see segment.ts) of the user ids
 * @param gids  table of the group ids
 * @returns     a code; the header is as it was unless it is 0
 */
export function shiftHeader(uids: usize, gids: usize): i32 {
  const bytes = sumOfBytes(HEADER, 512);
  if (bytes == 0) return EMPTY;
  const sum = bytes - sumOfField(CHECKSUM) + FIELD_BYTES * BLANK;
  const isPlainSum = readField(CHECKSUM);
  const sumWidth = width;
  const sumBlanks = blanks;
  if (sumWidth == sumBlanks) return BAD_CHECKSUM;
  if (value != sum) return value == sum - 256 * countHigh() ? UNUSUAL : BAD_CHECKSUM;
  if (!isPlainSum || !readField(UID)) return UNUSUAL;
  const uidWidth = width;
  const uidBlanks = blanks;
  const uid = translateOne(load<usize>(uids, SEGMENTS), load<u32>(uids, SEGMENT_COUNT), value);
  if (!readField(GID)) return UNUSUAL;
  const gidWidth = width;
  const gidBlanks = blanks;
  const gid = translateOne(load<usize>(gids, SEGMENTS), load<u32>(gids, SEGMENT_COUNT), value);
  if (uid == NO_ID || gid == NO_ID) return UNMAPPED;
  if (!fits(uid, uidWidth, uidBlanks) || !fits(gid, gidWidth, gidBlanks)) return UNUSUAL;
  const oldUid = load<u64>(UID);
  const oldGid = load<u64>(GID);
  const before = sumOfField(UID) + sumOfField(GID);
  writeField(UID, uid, uidWidth, uidBlanks);
  writeField(GID, gid, gidWidth, gidBlanks);
  const newSum = sum - before + sumOfField(UID) + sumOfField(GID);
  if (!fits(newSum, sumWidth, sumBlanks)) {
    store<u64>(UID, oldUid);
    store<u64>(GID, oldGid);
    return UNUSUAL;
  }
  writeField(CHECKSUM, newSum, sumWidth, sumBlanks);
  return SHIFTED;
}
