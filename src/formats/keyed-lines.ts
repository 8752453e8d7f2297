import { type KeptFile, type KeptLine, readKept } from "./kept-lines.ts";

/** A file in which some lines give a map, and all others are kept as they are. */
export type KeyedFile = KeptFile<"map">;

/** Read such a file. @param isMap  is this line one of the map's? */
export function readKeyed(text: string, where: string, isMap: (line: string) => boolean): KeyedFile {
  return readKept(text, where, (line) => ({ entry: isMap(line) ? "map" : null, fault: null }));
}

/**
 * The file with other lines for its map: where its own stood, or behind a line that `after` finds, or at its end.
 *
 * @example printKept(setKeyed(readKeyed("a\nm\nb\n", "f", (line) => line === "m"), ["x"])) // "a\nx\nb\n"
 */
export function setKeyed(file: KeyedFile, texts: readonly string[], after?: (line: string) => boolean): KeyedFile {
  const written = texts.map((text): KeptLine<"map"> => ({ text, line: null, entry: "map", fault: null }));
  const others = file.lines.filter(({ entry }) => entry === null);
  const own = file.lines.findIndex(({ entry }) => entry !== null);
  const heading = after ? others.findIndex(({ text }) => after(text)) + 1 : 0;
  const at = own >= 0 ? own : heading > 0 ? heading : others.length;
  return { ...file, lines: [...others.slice(0, at), ...written, ...others.slice(at)], endsInNewline: true };
}
