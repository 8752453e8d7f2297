/**
 * Owners in the header of a tar entry, in TypeScript: the twin of assembly/header.ts.
 *
 * uid, gid and checksum are octal digits in fields of 8 bytes, zeros or blanks before them and NULs or blanks behind.
 */
import { HEADER, HEADER_PLACES, type HeaderShifter, type Translator } from "./engine.ts";
import { UsernsError } from "./errors.ts";
import { NO_ID } from "./id.ts";

const { bytes: HEADER_BYTES, fieldBytes: FIELD_BYTES } = HEADER_PLACES;
const { uid: UID_PLACE, gid: GID_PLACE, checksum: CHECKSUM_PLACE } = HEADER_PLACES;
const BLANK = 0x20;
const ZERO = 0x30;

/** The number in a field, and how it is written: bytes before the terminator, and how many of them are blank. */
interface Field {
  readonly value: number;
  readonly width: number;
  readonly blanks: number;
  /** Is it written in a form that can be kept? */
  readonly isPlain: boolean;
}

/** @returns null when there are no digits */
function readField(bytes: Uint8Array, field: number): Field | null {
  let at = 0;
  while (at < FIELD_BYTES && bytes[field + at] === BLANK) at++;
  const blanks = at;
  let value = 0;
  for (; at < FIELD_BYTES; at++) {
    const digit = (bytes[field + at] ?? 0) - ZERO;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  if (at === blanks) return null;
  const width = at;
  // Blanks and then zeros: after a longer number it could not be told how many of each there were.
  let isPlain = !(blanks > 0 && bytes[field + blanks] === ZERO && width - blanks > 1);
  for (; at < FIELD_BYTES; at++) if (((bytes[field + at] ?? 0) & ~BLANK) !== 0) isPlain = false;
  return { value, width, blanks, isPlain };
}

function digitsOf(value: number): number {
  return value === 0 ? 1 : Math.floor((34 - Math.clz32(value)) / 3);
}

/** Does the number fit, a field with blanks keeping at least one? Without it the field would read as one of zeros. */
function fits(value: number, { width, blanks }: Field): boolean {
  return digitsOf(value) + (blanks > 0 ? 1 : 0) <= width;
}

/** Write the number as wide as the one that stood there, filled up as that was. @returns by how much the bytes' sum grew */
function writeField(bytes: Uint8Array, field: number, value: number, { width, blanks }: Field): number {
  const digits = digitsOf(value);
  const fill = blanks > 0 ? BLANK : ZERO;
  let growth = 0;
  let rest = value;
  for (let k = 0; k < width; k++) {
    const at = field + width - 1 - k;
    const byte = k < digits ? ZERO + (rest & 7) : fill;
    growth += byte - (bytes[at] ?? 0);
    bytes[at] = byte;
    rest >>>= 3;
  }
  return growth;
}

/** All bytes added up, four at a time: two sums of 16 bits in one number hold up to 257 words. */
function sumOfBytes(view: DataView, offset: number): number {
  let even = 0;
  let odd = 0;
  for (let at = offset; at < offset + HEADER_BYTES; at += 16) {
    const a = view.getInt32(at, true);
    const b = view.getInt32(at + 4, true);
    const c = view.getInt32(at + 8, true);
    const d = view.getInt32(at + 12, true);
    even += (a & 0xff_00ff) + (b & 0xff_00ff) + (c & 0xff_00ff) + (d & 0xff_00ff);
    odd += ((a >>> 8) & 0xff_00ff) + ((b >>> 8) & 0xff_00ff) + ((c >>> 8) & 0xff_00ff) + ((d >>> 8) & 0xff_00ff);
  }
  return (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16);
}

function sumOfField(bytes: Uint8Array, field: number): number {
  let sum = 0;
  for (let k = 0; k < FIELD_BYTES; k++) sum += bytes[field + k] ?? 0;
  return sum;
}

/** Bytes of 128 or more outside the checksum: each is 256 less where bytes were added up signed, as old tars did. */
function countHigh(bytes: Uint8Array, offset: number): number {
  let high = 0;
  for (let k = 0; k < HEADER_BYTES; k++)
    if (k < CHECKSUM_PLACE || k >= CHECKSUM_PLACE + FIELD_BYTES) high += (bytes[offset + k] ?? 0) >>> 7;
  return high;
}

/** @throws UsernsError ERR_TAR when the bytes end before the header does */
export function checkHeader(bytes: Uint8Array, offset: number): void {
  const left = bytes.length - offset;
  if (Number.isInteger(offset) && offset >= 0 && left >= HEADER_BYTES) return;
  throw new UsernsError("ERR_TAR", {
    where: `byte ${offset}`,
    expected: `a header of ${HEADER_BYTES} bytes`,
    got: `${Math.max(0, left)} bytes`,
  });
}

/** Shifts headers with two translators, whichever engine's. */
export class TsHeaderShifter implements HeaderShifter {
  readonly #uids: Translator;
  readonly #gids: Translator;
  /** The view of the bytes last seen: a stream comes in large pieces. */
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  constructor(uids: Translator, gids: Translator) {
    this.#uids = uids;
    this.#gids = gids;
  }

  shift(bytes: Uint8Array, offset: number): (typeof HEADER)[keyof typeof HEADER] {
    checkHeader(bytes, offset);
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const all = sumOfBytes(this.#view, offset);
    if (all === 0) return HEADER.empty;
    const sum = all - sumOfField(bytes, offset + CHECKSUM_PLACE) + FIELD_BYTES * BLANK;
    const stored = readField(bytes, offset + CHECKSUM_PLACE);
    if (!stored) return HEADER.badChecksum;
    if (stored.value !== sum)
      return stored.value === sum - 256 * countHigh(bytes, offset) ? HEADER.unusual : HEADER.badChecksum;
    const uidField = readField(bytes, offset + UID_PLACE);
    const gidField = readField(bytes, offset + GID_PLACE);
    if (!stored.isPlain || !uidField?.isPlain || !gidField?.isPlain) return HEADER.unusual;
    const uid = this.#uids.one(uidField.value);
    const gid = this.#gids.one(gidField.value);
    if (uid === NO_ID || gid === NO_ID) return HEADER.unmapped;
    if (!fits(uid, uidField) || !fits(gid, gidField)) return HEADER.unusual;
    const growth =
      writeField(bytes, offset + UID_PLACE, uid, uidField) + writeField(bytes, offset + GID_PLACE, gid, gidField);
    if (fits(sum + growth, stored)) {
      writeField(bytes, offset + CHECKSUM_PLACE, sum + growth, stored);
      return HEADER.shifted;
    }
    writeField(bytes, offset + UID_PLACE, uidField.value, uidField);
    writeField(bytes, offset + GID_PLACE, gidField.value, gidField);
    return HEADER.unusual;
  }
}
