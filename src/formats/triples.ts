import { type IdMap, type Kind, quoted, showExtent, UsernsError } from "../core/index.ts";
import { type Field, fieldsOf, mapOfPlaced, type PlacedExtent, placeOf, readNumber } from "./fields.ts";
import type { MapFormat } from "./format.ts";

const EXAMPLE = "0:100000:65536";

/**
 * `inside:lower:count`, the short form of the command line; several are parted by commas, blanks or newlines.
 *
 * @source the same order as in /proc/PID/uid_map; also that of `podman --uidmap` and `unshare --map-users`
 */
export const triples: MapFormat = {
  name: "triples",
  example: EXAMPLE,
  recognises: (text) => /^\s*[+-]?\d\w*:/.test(text.replace(/#.*/g, "")),
  parse: parseTriples,
  print: formatTriples,
};

/**
 * Read a map written as triples.
 *
 * @throws UsernsError with `where:line:column`
 * @example parseTriples("0:1000:1,1:100000:65536").extents.length // 2
 */
export function parseTriples<K extends Kind = Kind>(text: string, where = "map"): IdMap<K> {
  const words = fieldsOf(text, /[^\s,]+/g);
  return mapOfPlaced(
    words.map((word) => readTriple(word, where)),
    where,
    EXAMPLE,
  );
}

function readTriple(word: Field, where: string): PlacedExtent {
  let column = word.column;
  const [first, lowerFirst, count, ...rest] = word.text.split(":").map((text) => {
    const field = { text, line: word.line, column };
    column += text.length + 1;
    return field;
  });
  if (!first || !lowerFirst || !count || rest.length > 0)
    throw new UsernsError("ERR_MAP_TEXT", {
      where: placeOf(where, word),
      expected: `inside:lower:count, as in ${EXAMPLE}`,
      got: quoted(word.text),
    });
  return {
    extent: {
      first: readNumber(first, where),
      lowerFirst: readNumber(lowerFirst, where),
      count: readNumber(count, where),
    },
    at: word,
  };
}

/** @example formatTriples(parseTriples("0:1000:1 1:100000:65536")) // "0:1000:1,1:100000:65536" */
export function formatTriples(map: IdMap): string {
  return map.extents.map(showExtent).join(",");
}
