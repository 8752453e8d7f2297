/** A line of a file that is edited in place: it is written back as it was read. */
export interface KeptLine<T> {
  readonly text: string;
  /** Counted from 1, in the file that was read; null for a line that was added. */
  readonly line: number | null;
  /** What the line says; null for a comment, a blank line or one that cannot be read. */
  readonly entry: T | null;
  /** Why it cannot be read; null for every line that can, comments and blank lines among them. */
  readonly fault: string | null;
}

/** A file of one entry a line, with everything that its text held. */
export interface KeptFile<T> {
  /** The name of the file, for messages. */
  readonly where: string;
  readonly lines: readonly KeptLine<T>[];
  /** Does a newline follow the last line? */
  readonly endsInNewline: boolean;
}

/** A line that cannot be read, and so grants nothing: `/etc/subuid:3`. */
export interface LineReport {
  readonly where: string;
  readonly text: string;
  readonly why: string;
}

/** What one line says, or why it says nothing. */
export type LineReading<T> = Pick<KeptLine<T>, "entry" | "fault">;

/** Split a text in lines and read each. A line ends at a newline alone: a carriage return is part of it. */
export function readKept<T>(text: string, where: string, read: (line: string) => LineReading<T>): KeptFile<T> {
  const endsInNewline = text.endsWith("\n");
  const body = endsInNewline ? text.slice(0, -1) : text;
  const texts = text === "" ? [] : body.split("\n");
  return {
    where,
    endsInNewline,
    lines: texts.map((line, index) => ({ text: line, line: index + 1, ...read(line) })),
  };
}

/** The text of a file: what was read and not changed comes back byte for byte. */
export function printKept(file: KeptFile<unknown>): string {
  const text = file.lines.map((line) => line.text).join("\n");
  return file.lines.length > 0 && file.endsInNewline ? `${text}\n` : text;
}

/** The place of a line: `/etc/subuid:3`; the file alone for a line that was added. */
export function placeOfKept(file: KeptFile<unknown>, line: KeptLine<unknown>): string {
  return line.line === null ? file.where : `${file.where}:${line.line}`;
}

/** Every line that cannot be read, in order. */
export function badLines(file: KeptFile<unknown>): readonly LineReport[] {
  return file.lines.flatMap((line) =>
    line.fault === null ? [] : [{ where: placeOfKept(file, line), text: line.text, why: line.fault }],
  );
}
