import { type OwnerKind, quoted, writtenLine } from "../core/index.ts";
import { type Recognised, recognise, recogniseMapFormat, triples, uidMap } from "../formats/index.ts";
import { usageFault } from "./fault.ts";
import { mapOfKind } from "./map-option.ts";
import { readText } from "./text-file.ts";

/** The help of an option that takes a text to write. */
export const WRITTEN_HELP =
  '"0 1000 1" as it would be written, ; for the end of a line; any form that --map of other commands takes; or a file';

/**
 * The bytes that would be written to a map file, one character a byte.
 *
 * What looks like the text of a map is taken to the letter, wrong or right: what the kernel makes of it is the question.
 * Triples with colons are put into the kernel's form, and so is the map of the kind in every other form. All else is the
 * name of a file with one of these.
 *
 * @param option  named in errors: `--uid-map`
 * @throws UsernsError ERR_USAGE for a form that says nothing of the kind, ERR_FILE for a file that cannot be read, and
 *         what the form throws
 */
export async function loadWrittenText(value: string, option: string, kind: OwnerKind): Promise<string> {
  const found = recognise(value);
  if (found) return textOf(found, value !== found.text, option, kind);
  if (/^[\s\d+-]*$|[;\n]/.test(value)) return toTheLetter(value);
  const text = await readText(value, "latin1", { option, expected: "the text of a map, or a file with one" });
  const format = recogniseMapFormat(text);
  return format && format !== uidMap ? textOf({ format, text }, false, value, kind) : text;
}

function textOf({ format, text }: Recognised, isNamed: boolean, where: string, kind: OwnerKind): string {
  // A text that its form was named for has blanks where the name stood.
  if (format === uidMap) return toTheLetter(isNamed ? text.trimStart() : text);
  if (format === triples) return textOfTriples(text, where);
  const maps = { ...format.parse(text, { where }), format };
  return mapOfKind(maps, kind, where).extents.map(writtenLine).join("\n");
}

function toTheLetter(value: string): string {
  return Buffer.from(value.replaceAll(/[ \t]*;[ \t]*/g, "\n")).toString("latin1");
}

/** Not read as a map: lines that overlap are what may be asked about. */
function textOfTriples(value: string, where: string): string {
  const triples = value.split(/[\s,;]+/).filter((triple) => triple !== "");
  const wrong = triples.find((triple) => !/^\d+:\d+:\d+$/.test(triple));
  if (wrong !== undefined) throw usageFault(where, "inside:lower:count, as in 0:1000:1", quoted(wrong));
  return triples.map((triple) => triple.replaceAll(":", " ")).join("\n");
}
