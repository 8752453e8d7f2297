/** A mode in octal digits, up to 07777. @returns null for anything else @example readMode("04755") // 0o4755 */
export function readMode(text: string): number | null {
  return /^0*[0-7]{1,4}$/.test(text) ? Number.parseInt(text, 8) : null;
}
