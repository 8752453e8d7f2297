import { type IdMap, type Kind, quoted, showMapLine, UsernsError } from "../core/index.ts";
import { type Field, fieldsOf, placeOf, readNumber } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { onePerKind, sameForBoth } from "./kindless.ts";
import { type MapLine, mapOfPlaced } from "./map-lines.ts";
import { noLine } from "./no-line.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = "0 100000 65536";

/**
 * The text of /proc/PID/uid_map, gid_map or projid_map: `inside lower count`, one extent a line.
 *
 * This is a reader for people: it takes blank lines, comments and any end of line, and no number that would have to be
 * cut to 32 bits. What the kernel itself makes of a text that is written to the file is the kernel layer's.
 *
 * @source user_namespaces(7)
 */
export const uidMap: MapFormat = {
  name: "uid_map",
  title: "/proc/PID/uid_map, gid_map or projid_map",
  example: EXAMPLE,
  target: { maps: "process", limits: [KERNEL_LINES] },
  recognises: (text) => /^\s*[+-]?\d\w*[ \t]+[\w+-]/.test(text.replace(/#.*/g, "")),
  parse: (text, { where }) => sameForBoth(parseUidMap(text, where)),
  write: (maps) => onePerKind(maps, formatUidMap),
};

/**
 * Read a map written as in /proc/PID/uid_map.
 *
 * @throws UsernsError with `where:line:column`
 * @example parseUidMap("         0     100000      65536\n").extents // [{ first: 0, lowerFirst: 100000, count: 65536 }]
 */
export function parseUidMap<K extends Kind = Kind>(text: string, where = "uid_map"): IdMap<K> {
  const lines = new Map<number, Field[]>();
  // The kernel's blanks, which a byte order mark and a blank that does not break are not.
  for (const field of fieldsOf(text, /[^ \t\v\f]+/g)) {
    const line = lines.get(field.line);
    if (line) line.push(field);
    else lines.set(field.line, [field]);
  }
  if (lines.size === 0) throw noLine(where, EXAMPLE);
  return mapOfPlaced(
    Array.from(lines.values(), (fields) => readLine(fields, where)),
    where,
  );
}

function readLine(fields: readonly Field[], where: string): Omit<MapLine, "kind"> {
  const [first, lowerFirst, count, extra] = fields;
  const at = extra ?? fields[0];
  if (!first || !lowerFirst || !count || extra)
    throw new UsernsError("ERR_MAP_TEXT", {
      where: at ? placeOf(where, at) : where,
      expected: `three numbers, inside lower count, as in ${EXAMPLE}`,
      got: `${fields.length} in ${quoted(fields.map((field) => field.text).join(" "))}`,
    });
  return {
    extent: {
      first: readNumber(first, where),
      lowerFirst: readNumber(lowerFirst, where),
      count: readNumber(count, where),
    },
    at: placeOf(where, first),
  };
}

/**
 * Write a map as the kernel shows it: `%10u %10u %10u\n` a line.
 *
 * @example formatUidMap(parseUidMap("0 100000 65536")) // "         0     100000      65536\n"
 */
export function formatUidMap(map: IdMap): string {
  return map.extents.map(showMapLine).join("");
}
