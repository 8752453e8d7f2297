import type { OwnerKind } from "../core/index.ts";
import { colons } from "./colon-line.ts";
import { behind, fieldsOf, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { type MapLine, mapsOfLines } from "./map-lines.ts";

const EXAMPLE = "uidmapping=0:100000:65536,gidmapping=0:100000:65536";

/**
 * The options `uidmapping` and `gidmapping` of fuse-overlayfs: the numbers of all lines follow each other with colons.
 *
 * @source fuse-overlayfs(1)
 */
export const fuseOverlayfs: MapFormat = {
  name: "fuse-overlayfs",
  title: "uidmapping and gidmapping of fuse-overlayfs",
  example: EXAMPLE,
  target: { maps: "mount", limits: [] },
  recognises: (text) => /(?:^|[\s,])[ug]idmapping=/.test(text),
  parse: (text, { where }) =>
    mapsOfLines(
      fieldsOf(text, /[^\s,]+/g).flatMap((word): readonly MapLine[] => {
        const key = /^([ug]id)mapping=/.exec(word.text);
        if (!key) return [];
        const kind: OwnerKind = key[1] === "uid" ? "uid" : "gid";
        const numbers = splitField(behind(word, key[0].length), ":");
        if (numbers.length % 3 !== 0) throw textFault(word, where, `three numbers for each line, as in ${EXAMPLE}`);
        const values = numbers.map((number) => readNumber(number, where));
        return Array.from({ length: values.length / 3 }, (_, index) => ({
          kind,
          extent: {
            first: values[index * 3] ?? 0,
            lowerFirst: values[index * 3 + 1] ?? 0,
            count: values[index * 3 + 2] ?? 0,
          },
          at: placeOf(where, numbers[index * 3] ?? word),
        }));
      }),
      where,
      EXAMPLE,
    ),
  write: (maps) => {
    const texts = (["uid", "gid"] as const).flatMap((kind) =>
      maps[kind].extents.length === 0 ? [] : [`${kind}mapping=${maps[kind].extents.map(colons).join(":")}`],
    );
    return [{ kind: "both", text: texts.join(",") }];
  },
};
