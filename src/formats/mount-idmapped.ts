import { colons, KIND_LETTERS, type KindWords, readKindColons } from "./colon-line.ts";
import type { MapFormat } from "./format.ts";
import { kindLines, mapsOfLines } from "./map-lines.ts";
import { readOptions } from "./options.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = "--map-mount=b:0:100000:65536";
const WORDS: KindWords = { ...KIND_LETTERS, uid: "uid", gid: "gid", both: "both" };

/**
 * Brauner's `mount-idmapped`: ids on disk, and the host ids that they are shown as.
 *
 * @source mount-idmapped, README
 */
export const mountIdmapped: MapFormat = {
  name: "mount-idmapped",
  title: "mount-idmapped --map-mount",
  example: EXAMPLE,
  target: {
    maps: "mount",
    limits: [{ limit: "both", source: "Linux has no idmapped mount of one kind" }, KERNEL_LINES],
  },
  recognises: (text) => /--map-mount\b/.test(text),
  parse: (text, { where }) =>
    mapsOfLines(
      readOptions(text, where, { "--map-mount": "value" }).map(({ value }) =>
        readKindColons(value, where, WORDS, null, `u:, g: or b:, then disk:shown:count, as in ${EXAMPLE}`),
      ),
      where,
      EXAMPLE,
    ),
  write: (maps) => [
    {
      kind: "both",
      text: kindLines(maps)
        .map(({ kind, extent }) => `--map-mount=${kind[0]}:${colons(extent)}`)
        .join(" "),
    },
  ],
};
