import { type IdMap, mapDown, NO_ID, type OwnerKind } from "../core/index.ts";
import { behind, type Field, fieldsOf, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { MapContext, MapFormat, ReadMaps } from "./format.ts";
import { apartLines, type MapLine, mapsOfLines } from "./map-lines.ts";
import type { MapPair } from "./map-pair.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = "idmap=uids=0-1-10#10-11-10;gids=0-100-10";
const EXPECTED = `uids= or gids=, then disk-shown-count parted by #, as in ${EXAMPLE}`;

/**
 * The `idmap` option of a Podman volume, which crun reads: ids on disk, and the host ids that they are shown as. Behind
 * `@` the shown id is one of the container's, and `idmap` alone is the container's own map.
 *
 * @source podman-run(1), "--volume"; crun(1), "idmap mount options"; vectors/peers/crun.json
 */
export const podmanVolume: MapFormat = {
  name: "podman-volume",
  title: "idmap= of a Podman volume",
  example: EXAMPLE,
  target: {
    maps: "mount",
    limits: [{ limit: "both", source: "Linux has no idmapped mount of one kind" }, KERNEL_LINES],
  },
  recognises: (text) => /(?:^|[\s:,])r?idmap(?:=[ug]ids=|\s*$)/.test(text),
  parse,
  write: (maps) => [{ kind: "both", text: `idmap=${kindText("uid", maps)};${kindText("gid", maps)}` }],
};

/** What the option says. */
export interface VolumeIdmap {
  readonly isRecursive: boolean;
  /** Relative lines in host ids; null where the option gives no line and the container's map is meant. */
  readonly lines: readonly MapLine[] | null;
  /** Lines that begin in one line of the container's map and end in another. */
  readonly spanning: readonly string[];
}

/** @throws UsernsError with `where:line:column`, ERR_MAP_TEXT for a relative line without the container's map */
export function readVolumeIdmap(
  text: string,
  where: string,
  container: { readonly [K in OwnerKind]?: IdMap } | undefined,
): VolumeIdmap {
  const option = fieldsOf(text.replaceAll("#", "\u0001"), /(?:^|(?<=[\s:,]))r?idmap(?:=[^\s:,]*)?/g)[0];
  if (!option) throw textFault({ text, line: 1, column: 1 }, where, EXPECTED);
  const isRecursive = option.text.startsWith("r");
  const value = behind(option, option.text.indexOf("=") + 1);
  if (!option.text.includes("=")) return { isRecursive, lines: null, spanning: [] };
  const spanning: string[] = [];
  const lines = splitField(value, ";").flatMap((list) => {
    const kind = /^([ug]id)s=/.exec(list.text)?.[1];
    if (kind !== "uid" && kind !== "gid") throw textFault(list, where, EXPECTED);
    return splitField(behind(list, "uids=".length), "\u0001").map((piece) => {
      const line = readPiece(piece, kind, where, container?.[kind]);
      if (line.isSpanning) spanning.push(piece.text);
      return line;
    });
  });
  return { isRecursive, lines, spanning };
}

function readPiece(
  piece: Field,
  kind: OwnerKind,
  where: string,
  container: IdMap | undefined,
): MapLine & { readonly isSpanning: boolean } {
  const isRelative = piece.text.startsWith("@");
  const numbers = splitField(isRelative ? behind(piece, 1) : piece, "-");
  if (numbers.length !== 3) throw textFault(piece, where, "[@]disk-shown-count");
  const [first = 0, shown = 0, count = 0] = numbers.map((number) => readNumber(number, where));
  const at = placeOf(where, piece);
  if (!isRelative) return { kind, extent: { first, lowerFirst: shown, count }, at, isSpanning: false };
  if (!container) throw textFault(piece, where, "ids of the host, for the container's own map is not known");
  const lowerFirst: number = mapDown(container, shown);
  if (lowerFirst === NO_ID) throw textFault(piece, where, "an id that the container's map holds behind the first -");
  // crun moves the whole line by what holds for its first id.
  const last = shown + count - 1;
  const isSpanning = count > 0 && mapDown(container, last) !== lowerFirst + (count - 1);
  return { kind, extent: { first, lowerFirst, count }, at, isSpanning };
}

function parse(text: string, { where, container }: MapContext): ReadMaps {
  const { lines, spanning } = readVolumeIdmap(text, where, container);
  if (lines === null) {
    if (container) return { ...container, notes: ["idmap alone: the container's own map"] };
    throw textFault({ text: text.trim(), line: 1, column: 1 }, where, `lines behind idmap=, as in ${EXAMPLE}`);
  }
  const notes = spanning.map(
    (piece) =>
      `${piece} spans two lines of the container's map: crun moves all of it as its first id, and says nothing`,
  );
  return mapsOfLines(lines, where, EXAMPLE, notes);
}

function kindText(kind: OwnerKind, maps: MapPair): string {
  const lines = apartLines(maps).filter((line) => line.kind === kind);
  return `${kind}s=${lines.map(({ extent }) => `${extent.first}-${extent.lowerFirst}-${extent.count}`).join("#")}`;
}
