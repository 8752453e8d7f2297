/**
 * A word of a line for sh, quoted where that is needed.
 *
 * @example shellWord("my image") // "'my image'"
 */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
