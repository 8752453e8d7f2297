const ULONG_MAX = (1n << 64n) - 1n;
const INT_MIN = -(2n ** 31n);
const INT_MAX = 2n ** 31n - 1n;

/** What `isspace` takes in the C locale. */
const BLANKS = "[ \\t\\n\\v\\f\\r]*";
const ANY_BASE = new RegExp(`^${BLANKS}([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$`);
const DECIMAL = new RegExp(`^${BLANKS}([+-]?)([0-9]+)$`);
const LEADING_BLANKS = new RegExp(`^${BLANKS}`);

/** An octal number as C writes it, `010`, in JavaScript's spelling. */
function spelled(digits: string): string {
  return /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
}

/**
 * A whole text as the tools of /etc/subuid read a number: strtoul(3) in any base, on a machine of 64-bit longs.
 *
 * Blanks before it and a sign are taken; `-1` is 18446744073709551615; a number past that is none.
 *
 * @returns null when the text is no such number
 * @source  strtoul(3); vectors/linux-6.18/7_newidmap.json (tags request, file)
 * @example readUnsignedLong("0x10") // 16n
 */
export function readUnsignedLong(text: string): bigint | null {
  const [, sign, digits] = ANY_BASE.exec(text) ?? [];
  return digits === undefined ? null : unsignedLong(sign, BigInt(spelled(digits)));
}

/**
 * A whole text as strtoul(3) reads a decimal number, on a machine of 64-bit longs: zeros before it do not make it octal.
 *
 * @returns null when the text is no such number
 * @source  strtoul(3); vectors/uidmap-4.13/accounts.json
 * @example readDecimalLong(" 010") // 10n
 */
export function readDecimalLong(text: string): bigint | null {
  const [, sign, digits] = DECIMAL.exec(text) ?? [];
  return digits === undefined ? null : unsignedLong(sign, BigInt(digits));
}

/** What strtoul makes of a sign and digits: a negative number goes round, one that is too large is none. */
function unsignedLong(sign: string | undefined, magnitude: bigint): bigint | null {
  if (magnitude > ULONG_MAX) return null;
  return sign === "-" ? BigInt.asUintN(64, -magnitude) : magnitude;
}

/** A text without the blanks before it, as `isspace` tells them. @example withoutLeadingBlanks("\t ben ") // "ben " */
export function withoutLeadingBlanks(text: string): string {
  return text.replace(LEADING_BLANKS, "");
}

/**
 * A whole text as newuidmap reads a process id: a decimal int. An empty text is 0: so it is
 * recorded, though the tool of 1:4.13+dfsg1-1+deb12u2 itself, asked with one, prints its usage.
 *
 * @returns null when the text is no such number
 * @source  asked of Debian's newuidmap 4.13; vectors/linux-6.18/7_newidmap.json (tag pid)
 * @example readInt("-1") // -1
 */
export function readInt(text: string): number | null {
  if (text === "") return 0;
  const [, sign, digits] = DECIMAL.exec(text) ?? [];
  if (digits === undefined) return null;
  const value = sign === "-" ? -BigInt(digits) : BigInt(digits);
  return value < INT_MIN || value > INT_MAX ? null : Number(value);
}
