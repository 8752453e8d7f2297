import { colons, KIND_LETTERS, readKindColons } from "./colon-line.ts";
import { fieldsOf } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { kindLines, mapsOfLines } from "./map-lines.ts";

const EXAMPLE = "b:0:100000:65536";

/**
 * The arguments of Incus' and LXD's fuidshift: `u`, `g` or `b`, then inside, host and count.
 *
 * @source fuidshift(1)
 */
export const fuidshift: MapFormat = {
  name: "fuidshift",
  title: "the arguments of fuidshift",
  example: EXAMPLE,
  target: { maps: "process", limits: [] },
  recognises: (text) => /^\s*[bug]:[\d+-]/.test(text) && !text.includes(";"),
  parse: (text, { where }) =>
    mapsOfLines(
      fieldsOf(text, /[^\s,]+/g).map((word) =>
        readKindColons(word, where, KIND_LETTERS, null, `u:, g: or b:, then inside:host:count, as in ${EXAMPLE}`),
      ),
      where,
      EXAMPLE,
    ),
  write: (maps) => [
    {
      kind: "both",
      text: kindLines(maps)
        .map(({ kind, extent }) => `${kind[0]}:${colons(extent)}`)
        .join(" "),
    },
  ],
};
