const ULONG_MAX = (1n << 64n) - 1n;
const INT_MIN = -(2n ** 31n);
const INT_MAX = 2n ** 31n - 1n;

/** What `isspace` takes in the C locale. */
const BLANKS = "[ \\t\\n\\v\\f\\r]*";
const ANY_BASE = new RegExp(`^${BLANKS}([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$`);
const DECIMAL = new RegExp(`^${BLANKS}([+-]?[0-9]+)$`);

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
  const match = ANY_BASE.exec(text);
  if (!match?.[2]) return null;
  const magnitude = BigInt(spelled(match[2]));
  if (magnitude > ULONG_MAX) return null;
  return match[1] === "-" ? BigInt.asUintN(64, -magnitude) : magnitude;
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
  const digits = DECIMAL.exec(text)?.[1];
  if (digits === undefined) return null;
  const value = BigInt(digits.replace("+", ""));
  return value < INT_MIN || value > INT_MAX ? null : Number(value);
}
