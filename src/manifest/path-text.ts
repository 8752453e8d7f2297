/** The path of a tree's own root. */
export const ROOT_PATH = ".";

/** @source limits.h, PATH_MAX without the NUL */
export const MOST_PATH_BYTES = 4095;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

/**
 * Bytes that are no UTF-8 stand for themselves as lone surrogates, U+DC00 and the byte: those that no UTF-8 makes, so
 * that two names never become one, and JSON can carry them (`"\udcff"`).
 *
 * @source PEP 383, surrogateescape
 */
const ESCAPE = 0xdc00;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Most paths at once: names that are no dots between single slashes, without a surrogate, which would have to be looked at. */
const CANONICAL = /^(?!\.\.?(?:\/|$))[^/\0\ud800-\udfff]+(?:\/(?!\.\.?(?:\/|$))[^/\0\ud800-\udfff]+)*$/;
/** Below this a character is one byte. */
const ASCII_END = 0x80;
const SLASH = 0x2f;

/**
 * The text of a path's bytes, and nothing is lost.
 *
 * @example pathOfBytes(Uint8Array.of(0x61, 0xff)) // "a\udcff"
 */
export function pathOfBytes(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const length = validLength(bytes, at);
      text += length > 0 ? UTF8.decode(bytes.subarray(at, at + length)) : escaped(bytes[at] ?? 0);
      at += Math.max(1, length);
    }
    return text;
  }
}

function escaped(byte: number): string {
  return String.fromCharCode(ESCAPE + byte);
}

/** Bytes of the character of UTF-8 that begins here; 0 where none does. */
function validLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    UTF8.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}

/**
 * The bytes of such a text.
 *
 * @example bytesOfPath("a\udcff") // Uint8Array.of(0x61, 0xff)
 */
export function bytesOfPath(path: string): Uint8Array {
  if (!LONE_SURROGATE.test(path)) return ENCODER.encode(path);
  const bytes: number[] = [];
  for (const letter of path) {
    const code = letter.codePointAt(0) ?? 0;
    if (isEscape(code)) bytes.push(code - ESCAPE);
    else bytes.push(...ENCODER.encode(letter));
  }
  return Uint8Array.from(bytes);
}

/** Has a path more bytes than Linux takes at once? */
export function isTooLong(path: string): boolean {
  // A character has at most three bytes for each of its halves.
  return path.length * 3 > MOST_PATH_BYTES && bytesOfPath(path).length > MOST_PATH_BYTES;
}

function isEscape(code: number): boolean {
  return code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff;
}

/**
 * The one text of a path: from the root of the tree, without `./`, `//` and a slash at its end.
 *
 * @returns null for a path that leads out of the tree, that no file can have, or that is no text of bytes
 * @example canonicalPath("./etc//passwd") // "etc/passwd"
 * @example canonicalPath("/") // "."
 * @example canonicalPath("etc/../../x") // null
 */
export function canonicalPath(path: string): string | null {
  if (CANONICAL.test(path)) return path;
  const known = LONE_SURROGATE.test(path) ? sameBytes(path) : path;
  if (known === null || known.includes("\0")) return null;
  const names = known.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) return null;
  return names.length === 0 ? ROOT_PATH : names.join("/");
}

/** The text that {@link pathOfBytes} makes of the bytes of this one; null where a surrogate stands for no byte. */
function sameBytes(path: string): string | null {
  for (const letter of path) {
    const code = letter.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff && !isEscape(code)) return null;
  }
  return pathOfBytes(bytesOfPath(path));
}

/**
 * The order of canonical paths: that of their bytes, a slash below all others, so that a folder is followed by what it
 * holds and by nothing else in between. The root stands first.
 *
 * @example ["a.b", "a", "a/c", "."].sort(comparePaths) // [".", "a", "a/c", "a.b"]
 */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  if (a === ROOT_PATH || b === ROOT_PATH) return a === ROOT_PATH ? -1 : 1;
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shorter) return a.length - b.length;
  const [first, second] = [a.charCodeAt(at), b.charCodeAt(at)];
  // Two that are no ASCII may be ordered otherwise than their bytes.
  if (first >= ASCII_END && second >= ASCII_END) return compareBytes(bytesOfPath(a), bytesOfPath(b));
  if (first === SLASH || second === SLASH) return first === SLASH ? -1 : 1;
  return first - second;
}

/** Of two that are not the same; no slash is compared here but with the byte of another character, which is higher. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? -1 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** The folder that a path stands in; null for the root. @example folderOf("etc/passwd") // "etc" */
export function folderOf(path: string): string | null {
  if (path === ROOT_PATH) return null;
  const slash = path.lastIndexOf("/");
  return slash < 0 ? ROOT_PATH : path.slice(0, slash);
}
