import { FIELDS, type Field } from "./header.ts";

const NUL = 0x00;
const BLANK = 0x20;
const ZERO = 0x30;
/** Set in the first byte of a number in base 256 (GNU, star); the next bit is its sign. */
const BINARY = 0x80;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= ZERO + 7;
const isFiller = (byte: number | undefined): boolean => byte === NUL || byte === BLANK;

/** How an octal number stands in its field: blanks, then digits. */
interface OctalForm {
  readonly blanks: number;
  readonly digits: number;
}

/** @returns null when the field holds anything but blanks, octal digits and what ends them */
function formOf(bytes: Uint8Array, at: number, width: number): OctalForm | null {
  let blanks = 0;
  while (blanks < width && bytes[at + blanks] === BLANK) blanks++;
  let end = blanks;
  while (end < width && isDigit(bytes[at + end])) end++;
  if (end > blanks) return end === width || isFiller(bytes[at + end]) ? { blanks, digits: end - blanks } : null;
  for (let k = 0; k < width; k++) if (!isFiller(bytes[at + k])) return null;
  return { blanks: 0, digits: 0 };
}

/** Is the number in base 256? */
export function isBinary(bytes: Uint8Array, header: number, field: Field): boolean {
  return ((bytes[header + field.at] ?? 0) & BINARY) !== 0;
}

/**
 * The number in a field, in octal or in base 256; an empty field is 0.
 *
 * Octal digits may follow blanks, and end with a NUL, a blank or the field; what stands behind that is not read.
 *
 * @param header  where the header begins
 * @returns       exact below 2⁵³ and about right above; NaN when the field holds no number
 */
export function readNumber(bytes: Uint8Array, header: number, field: Field): number {
  const at = header + field.at;
  const first = bytes[at] ?? 0;
  let value = 0;
  if (first & BINARY) {
    value = first & 0x40 ? first - 256 : first & 0x3f;
    for (let k = 1; k < field.width; k++) value = value * 256 + (bytes[at + k] ?? 0);
    return value;
  }
  const form = formOf(bytes, at, field.width);
  if (!form) return Number.NaN;
  for (let k = 0; k < form.digits; k++) value = value * 8 + (bytes[at + form.blanks + k] ?? ZERO) - ZERO;
  return value;
}

/** The size in a plain header: eleven octal digits and what ends them. @returns -1 for any other form */
export function readPlainSize(bytes: Uint8Array, header: number): number {
  const at = header + FIELDS.size.at;
  let size = 0;
  for (let k = 0; k < FIELDS.size.width - 1; k++) {
    const digit = bytes[at + k] ?? 0;
    if (!isDigit(digit)) return -1;
    size = size * 8 + digit - ZERO;
  }
  return isFiller(bytes[at + FIELDS.size.width - 1]) ? size : -1;
}

/**
 * Write a number where another stands, in the same form: base 256; as many digits; or blanks and then digits. Only
 * where it does not fit in that form does it take bytes around it; at least the last byte still ends it, unless
 * digits stood there before.
 *
 * @param value  0 or more
 * @returns      false, and nothing is written, when it does not fit in octal
 */
export function writeNumber(bytes: Uint8Array, header: number, field: Field, value: number): boolean {
  const at = header + field.at;
  const { width } = field;
  if (isBinary(bytes, header, field)) {
    writeBinary(bytes, header, field, value);
    return true;
  }
  const form = formOf(bytes, at, width);
  if (!form) return false;
  const digits = value.toString(8);
  const taken = form.blanks + form.digits;
  // An empty field gets the digits that POSIX asks for.
  const text = form.digits === 0 ? digits.padStart(width - 1, "0") : inForm(digits, form, bytes[at + form.blanks]);
  if (text.length > Math.max(width - 1, taken)) return false;
  for (let k = 0; k < text.length; k++) bytes[at + k] = text.charCodeAt(k);
  const end = at + text.length;
  if (text.length > taken && text.length < width && !isFiller(bytes[end])) bytes[end] = NUL;
  return true;
}

function inForm(digits: string, { blanks, digits: count }: OctalForm, first: number | undefined): string {
  const taken = blanks + count;
  // Blanks and then zeros keep as many digits, and blanks alone give way: the two cannot be told apart afterwards.
  const isZeroFilled = blanks === 0 || (first === ZERO && count > 1);
  const filled = isZeroFilled ? digits.padStart(count, "0") : digits;
  return filled.padStart(taken, " ");
}

/** Write a number in base 256: big-endian, the highest bit of the field set. */
export function writeBinary(bytes: Uint8Array, header: number, field: Field, value: number): void {
  let rest = value;
  for (let k = field.width - 1; k > 0; k--) {
    bytes[header + field.at + k] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[header + field.at] = BINARY | rest;
}
