import { quoted } from "../core/index.ts";
import { recogniseMapFormat, triples, uidMap } from "../formats/index.ts";
import { usageFault } from "./fault.ts";
import { readText } from "./text-file.ts";

/** The help of an option that takes a text to write. */
export const WRITTEN_HELP = '"0 1000 1" as it would be written, ; for the end of a line; 0:1000:1,…; or a file';

/**
 * The bytes that would be written to a map file, one character a byte.
 *
 * What looks like the text of a map is taken to the letter, wrong or right: what the kernel makes of it is the question.
 * Triples with colons are put into the kernel's form. All else is the name of a file.
 *
 * @param option  named in errors: `--uid-map`
 * @throws UsernsError ERR_USAGE for triples that are none, ERR_FILE for a file that cannot be read
 */
export async function loadWrittenText(value: string, option: string): Promise<string> {
  const format = recogniseMapFormat(value);
  if (format === triples) return textOfTriples(value, option);
  if (format === uidMap || /^[\s\d+-]*$|[;\n]/.test(value))
    return Buffer.from(value.replaceAll(/[ \t]*;[ \t]*/g, "\n")).toString("latin1");
  return readText(value, "latin1", { option, expected: "the text of a map, or a file with one" });
}

function textOfTriples(value: string, option: string): string {
  const triples = value.split(/[\s,;]+/).filter((triple) => triple !== "");
  const wrong = triples.find((triple) => !/^\d+:\d+:\d+$/.test(triple));
  if (wrong !== undefined) throw usageFault(option, "inside:lower:count, as in 0:1000:1", quoted(wrong));
  return triples.map((triple) => triple.replaceAll(":", " ")).join("\n");
}
