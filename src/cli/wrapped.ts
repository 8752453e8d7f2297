/** How wide an answer may be. */
const COLUMNS = 80;

/**
 * A sentence in lines of at most 80 columns, broken at blanks; a word that is longer stays whole.
 *
 * @param first  before the first line
 * @param rest   before the others
 */
export function wrapped(text: string, first: string, rest = first): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
