import { type Extent, MAX_ID, NO_ID, type OwnerKind } from "../core/index.ts";
import { behind, type Field, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { type MapLine, mapsOfLines } from "./map-lines.ts";
import type { MapPair } from "./map-pair.ts";
import { readOptions } from "./options.ts";

const EXAMPLE = "--map=1000/0:@1000/@0";
const OPTIONS = { "--map": "value", "--uid-offset": "value", "--gid-offset": "value" } as const;
/** More would make a command line that nobody reads; bindfs itself says no limit. */
const MOST_IDS = 1000;

/** What a bindfs mount does with ids that it does not name. */
export const BINDFS_NOTE = "bindfs leaves every id that it does not name as it is; an id map has none of those";

/**
 * bindfs: `--map` names ids one by one, on disk and as shown; `--uid-offset` and `--gid-offset` move all of them.
 *
 * @source bindfs(1); vectors/peers/bindfs.json
 */
export const bindfs: MapFormat = {
  name: "bindfs",
  title: "bindfs --map and --uid-offset",
  example: EXAMPLE,
  target: { maps: "mount", limits: [{ limit: "ids", most: MOST_IDS, source: "bindfs --map" }] },
  recognises: (text) => /--map=\S*\/|--[ug]id-offset[=\s]/.test(text),
  parse: (text, { where }) =>
    mapsOfLines(
      readOptions(text, where, OPTIONS).flatMap(({ name, value }) =>
        name === "--map"
          ? bindfsPairs(value, where)
          : [offsetLine(name === "--uid-offset" ? "uid" : "gid", value, where)],
      ),
      where,
      EXAMPLE,
      [BINDFS_NOTE],
    ),
  write: (maps) => [
    { kind: "both", text: `--map=${[...texts("uid", "", maps), ...texts("gid", "@", maps)].join(":")}` },
  ],
};

/** The pairs of `--map`: `1000/0` of users, `@1000/@0` of groups. @throws UsernsError with `where:line:column` */
export function bindfsPairs(value: Field, where: string): readonly MapLine[] {
  return splitField(value, ":").map((pair) => {
    const [disk, shown, ...surplus] = splitField(pair, "/");
    const isGroup = pair.text.startsWith("@");
    if (!disk || !shown || surplus.length > 0 || isGroup !== shown.text.startsWith("@"))
      throw textFault(pair, where, `uid/uid or @gid/@gid, in numbers, as in ${EXAMPLE}`);
    const idOf = (field: Field) => readNumber(isGroup ? behind(field, 1) : field, where);
    return {
      kind: isGroup ? "gid" : "uid",
      extent: { first: idOf(disk), lowerFirst: idOf(shown), count: 1 },
      at: placeOf(where, pair),
    };
  });
}

/**
 * All ids, moved: those that would fall below 0 or past the last one are none.
 *
 * @example offsetExtent(-2) // { first: 2, lowerFirst: 0, count: 4294967293 }
 */
export function offsetExtent(offset: number): Extent {
  const by = Math.min(Math.abs(offset), MAX_ID);
  const count = NO_ID - by;
  return offset < 0 ? { first: by, lowerFirst: 0, count } : { first: 0, lowerFirst: by, count };
}

function offsetLine(kind: OwnerKind, value: Field, where: string): MapLine {
  const isDown = value.text.startsWith("-");
  const by = readNumber(isDown ? behind(value, 1) : value, where);
  return { kind, extent: offsetExtent(isDown ? -by : by), at: placeOf(where, value) };
}

function texts(kind: OwnerKind, sign: string, maps: MapPair): readonly string[] {
  return maps[kind].extents.flatMap(({ first, lowerFirst, count }) =>
    Array.from({ length: count }, (_, at) => `${sign}${first + at}/${sign}${lowerFirst + at}`),
  );
}
