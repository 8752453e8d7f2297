import { type OwnerKind, writtenLine } from "../core/index.ts";
import { behind, type Field, placeOf, readNumber, textFault } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { type KeyedFile, readKeyed, setKeyed } from "./keyed-lines.ts";
import { apartLines, type MapLine, mapsOfLines } from "./map-lines.ts";
import type { MapPair } from "./map-pair.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = "lxc.idmap = u 0 100000 65536";
const EXPECTED = `u or g, then inside, lower and count, as in ${EXAMPLE}`;
const KEY = /^(\s*)lxc\.id_?map(\s*)=(\s*)/;
const KINDS: { readonly [letter: string]: OwnerKind } = { u: "uid", g: "gid" };

/**
 * The `lxc.idmap` lines of a container's configuration, with the key or without it. Other keys are passed over; an empty
 * value takes back the lines before it.
 *
 * @source lxc.container.conf(5), "UID MAPPINGS"; vectors/peers/lxc-idmap.json
 */
export const lxc: MapFormat = {
  name: "lxc",
  title: "LXC's lxc.idmap",
  example: EXAMPLE,
  target: { maps: "process", limits: [KERNEL_LINES] },
  recognises: (text) => /^[ \t]*(?:lxc\.id_?map[ \t]*=|[ug][ \t]+[+-]?\w)/m.test(text),
  parse: (text, { where }) => mapsOfLines(lxcLines(text, where), where, EXAMPLE),
  write: (maps) => [{ kind: "both", text: lxcTexts(maps).join("\n") }],
};

/** @throws UsernsError with `where:line:column` */
function lxcLines(text: string, where: string): readonly MapLine[] {
  let lines: MapLine[] = [];
  for (const [index, content] of text.split("\n").entries()) {
    const value = lxcValue({ text: content.replace(/\r$/, ""), line: index + 1, column: 1 });
    if (value === null) continue;
    if (value.text === "") lines = [];
    else lines.push(readLxcValue(value, where));
  }
  return lines;
}

/** What stands behind the key, or a bare value; null for a line that is not one of these. */
function lxcValue(line: Field): Field | null {
  const key = KEY.exec(line.text);
  if (key) return behind({ ...line, text: line.text.trimEnd() }, Math.min(key[0].length, line.text.trimEnd().length));
  if (line.text.trim() === "" || /^\s*(?:#|[\w.-]+\s*=)/.test(line.text)) return null;
  return behind({ ...line, text: line.text.trimEnd() }, line.text.length - line.text.trimStart().length);
}

/**
 * The value of an `lxc.idmap` key: `u 0 100000 65536`, with any blanks between.
 *
 * @throws UsernsError with its place; a count of 0 is let through, as LXC does: the kernel refuses it
 * @example readLxcValue({ text: "g 0 0 1", line: 1, column: 1 }, "web").kind // "gid"
 */
export function readLxcValue(value: Field, where: string): MapLine {
  const [letter, ...numbers] = Array.from(value.text.matchAll(/\S+/g), (match) => ({
    text: match[0],
    line: value.line,
    column: value.column + match.index,
  }));
  const kind = letter && KINDS[letter.text];
  if (!kind || numbers.length !== 3) throw textFault(value, where, EXPECTED);
  const [first = 0, lowerFirst = 0, count = 0] = numbers.map((number) => readNumber(number, where));
  return { kind, extent: { first, lowerFirst, count }, at: placeOf(where, value) };
}

function lxcTexts(maps: MapPair): readonly string[] {
  return apartLines(maps).map(({ kind, extent }) => `lxc.idmap = ${kind[0]} ${writtenLine(extent)}`);
}

/** A container's configuration: its idmap lines are the map, every other line is kept as it is. */
export function readLxcConfig(text: string, where = "config"): KeyedFile {
  return readKeyed(text, where, (line) => KEY.test(line));
}

/** The file with these maps instead of its own, where its own stood; at its end where it had none. */
export function setLxcMaps(file: KeyedFile, maps: MapPair): KeyedFile {
  return setKeyed(file, lxcTexts(maps));
}
