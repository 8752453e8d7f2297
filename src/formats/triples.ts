import { type IdMap, type Kind, showExtent } from "../core/index.ts";
import { readColons } from "./colon-line.ts";
import { fieldsOf, placeOf } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { onePerKind, sameForBoth } from "./kindless.ts";
import { mapOfPlaced } from "./map-lines.ts";
import { noLine } from "./no-line.ts";

const EXAMPLE = "0:100000:65536";

/**
 * `inside:lower:count`, the short form of the command line; several are parted by commas, blanks or newlines.
 *
 * @source the same order as in /proc/PID/uid_map; also that of `unshare --map-users` and of containerd's labels
 */
export const triples: MapFormat = {
  name: "triples",
  title: "inside:lower:count, parted by commas",
  example: EXAMPLE,
  target: { maps: "process", limits: [] },
  recognises: (text) => /^\s*[+-]?\d\w*:/.test(text.replace(/#.*/g, "")),
  parse: (text, { where }) => sameForBoth(parseTriples(text, where)),
  write: (maps) => onePerKind(maps, formatTriples),
};

/**
 * Read a map written as triples.
 *
 * @throws UsernsError with `where:line:column`
 * @example parseTriples("0:1000:1,1:100000:65536").extents.length // 2
 */
export function parseTriples<K extends Kind = Kind>(text: string, where = "map"): IdMap<K> {
  const words = fieldsOf(text, /[^\s,]+/g);
  if (words.length === 0) throw noLine(where, EXAMPLE);
  return mapOfPlaced(
    words.map((word) => ({
      extent: readColons(word, where, `inside:lower:count, as in ${EXAMPLE}`),
      at: placeOf(where, word),
    })),
    where,
  );
}

/** @example formatTriples(parseTriples("0:1000:1 1:100000:65536")) // "0:1000:1,1:100000:65536" */
export function formatTriples(map: IdMap): string {
  return map.extents.map(showExtent).join(",");
}
