import { bytesOfPath, pathOfBytes } from "./path-text.ts";

/*
 * Names in an mtree: bytes that are no plain printing characters are written `\` and three octal digits, which every
 * reader takes; what other writers put there beside that is read too.
 *
 * Source: mtree(5); vis(3), VIS_OCTAL, VIS_CSTYLE and the default encoding with `\M` and `\^`
 */
const LETTERS: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["b", 8],
  ["t", 9],
  ["n", 10],
  ["v", 11],
  ["f", 12],
  ["r", 13],
  ["s", 32],
  ["E", 27],
  ["0", 0],
]);
/** Characters that mean something in a line of an mtree or to a shell that is shown one, beside blanks. */
const SPECIAL = '#*?[\\="';
const ESCAPE = /^\\(?:([0-7]{1,3})|M-(.)|M\^(.)|\^(.)|(.))/s;

/** @param also  further characters that are not to stand for themselves @example escapeName("a b\\é") // "a\\040b\\134\\303\\251" */
export function escapeName(path: string, also = ""): string {
  let text = "";
  for (const byte of bytesOfPath(path)) {
    const letter = String.fromCharCode(byte);
    const isPlain = byte > 0x20 && byte < 0x7f && !SPECIAL.includes(letter) && !also.includes(letter);
    text += isPlain ? letter : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return text;
}

/** @param text  one character a byte @returns null for a backslash that begins no escape */
export function unescapeName(text: string): string | null {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] !== "\\") {
      bytes.push(text.charCodeAt(at));
      at++;
      continue;
    }
    const found = ESCAPE.exec(text.slice(at, at + 4));
    const byte = found === null ? null : byteOf(found);
    if (found === null || byte === null) return null;
    bytes.push(byte);
    at += found[0].length;
  }
  return pathOfBytes(Uint8Array.from(bytes));
}

const META = 0x80;
const control = (letter: string): number => (letter === "?" ? 0x7f : letter.charCodeAt(0) & 0x1f);

function byteOf([, octal, meta, metaControl, plainControl, letter]: RegExpExecArray): number | null {
  if (octal !== undefined) return Number.parseInt(octal, 8) & 0xff;
  if (meta !== undefined) return META | meta.charCodeAt(0);
  if (metaControl !== undefined) return META | control(metaControl);
  if (plainControl !== undefined) return control(plainControl);
  if (letter === undefined) return null;
  return LETTERS.get(letter) ?? (/[a-zA-Z0-9]/.test(letter) ? null : letter.charCodeAt(0));
}
