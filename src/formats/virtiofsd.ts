import type { OwnerKind } from "../core/index.ts";
import { colons } from "./colon-line.ts";
import { behind, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { mapsOfLines } from "./map-lines.ts";
import { readOptions } from "./options.ts";

const EXAMPLE = "--uid-map=:0:100000:65536:";
const KINDS: { readonly [option: string]: OwnerKind } = { "--uid-map": "uid", "--gid-map": "gid" };

/**
 * `--uid-map` and `--gid-map` of virtiofsd: inside, outside and count between delimiters; the first character says which.
 *
 * @source virtiofsd, README, "--uid-map"
 */
export const virtiofsd: MapFormat = {
  name: "virtiofsd",
  title: "virtiofsd --uid-map and --gid-map",
  example: EXAMPLE,
  target: { maps: "process", limits: [{ limit: "lines", most: 1, source: "virtiofsd takes one line of each kind" }] },
  recognises: (text) => /--[ug]id-map[=\s]\S/.test(text),
  parse: (text, { where }) =>
    mapsOfLines(
      readOptions(text, where, { "--uid-map": "value", "--gid-map": "value" }).map(({ name, value }) => {
        const delimiter = value.text[0] ?? "";
        const pieces = splitField(behind(value, 1), delimiter);
        const [first, lowerFirst, count, end, ...surplus] = pieces;
        const isWhole =
          /^[^\w\s]$/.test(delimiter) && first && lowerFirst && count && end?.text === "" && surplus.length === 0;
        if (!isWhole) throw textFault(value, where, `:inside:outside:count:, as in ${EXAMPLE}`);
        const numbers = [first, lowerFirst, count].map((piece) => readNumber(piece, where));
        const [inside = 0, outside = 0, howMany = 0] = numbers;
        return {
          kind: KINDS[name] ?? "uid",
          extent: { first: inside, lowerFirst: outside, count: howMany },
          at: placeOf(where, value),
        };
      }),
      where,
      EXAMPLE,
    ),
  write: (maps) => {
    const options = (["uid", "gid"] as const).flatMap((kind) =>
      maps[kind].extents.map((extent) => `--${kind}-map=:${colons(extent)}:`),
    );
    return [{ kind: "both", text: options.join(" ") }];
  },
};
