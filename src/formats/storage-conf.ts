import type { IdMap, OwnerKind } from "../core/index.ts";
import { colons, readColons } from "./colon-line.ts";
import { behind, type Field, placeOf, splitField, textFault } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { type KeyedFile, readKeyed, setKeyed } from "./keyed-lines.ts";
import { type MapLine, mapsOfLines } from "./map-lines.ts";
import type { MapPair } from "./map-pair.ts";
import { unquoted } from "./options.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = 'remap-uids = "0:1668442479:65536"';
const KEY = /^\s*remap-([ug]id)s\s*=\s*/;

/**
 * `remap-uids` and `remap-gids` of containers-storage's storage.conf. Several lines of a map stand in one text.
 *
 * @source containers-storage.conf(5), "STORAGE OPTIONS TABLE"
 */
export const storageConf: MapFormat = {
  name: "storage-conf",
  title: "remap-uids and remap-gids of storage.conf",
  example: EXAMPLE,
  target: {
    maps: "process",
    limits: [{ limit: "both", source: "containers-storage wants both or none" }, KERNEL_LINES],
  },
  recognises: (text) => /^[ \t]*remap-[ug]ids[ \t]*=/m.test(text),
  parse: (text, { where }) =>
    mapsOfLines(
      text.split("\n").flatMap((line, index) => readLine(line, index, where)),
      where,
      EXAMPLE,
    ),
  write: (maps) => [{ kind: "both", text: storageTexts(maps).join("\n") }],
};

function readLine(text: string, index: number, where: string): readonly MapLine[] {
  const key = KEY.exec(text);
  if (!key) return [];
  const kind: OwnerKind = key[1] === "uid" ? "uid" : "gid";
  const content = text.trimEnd();
  const line: Field = { text: content, line: index + 1, column: 1 };
  const value = unquoted(behind(line, Math.min(key[0].length, content.length)));
  if (value.text === "") throw textFault(line, where, `a map, as in ${EXAMPLE}`);
  return splitField(value, ",").map((piece) => ({
    kind,
    extent: readColons(piece, where, "inside:outside:count, parted by commas"),
    at: placeOf(where, piece),
  }));
}

function storageTexts(maps: MapPair): readonly string[] {
  const line = (kind: OwnerKind, map: IdMap) => `remap-${kind}s = "${map.extents.map(colons).join(",")}"`;
  return [line("uid", maps.uid), line("gid", maps.gid)];
}

/** storage.conf as a person keeps it. */
export function readStorageConf(text: string, where = "storage.conf"): KeyedFile {
  return readKeyed(text, where, (line) => KEY.test(line));
}

/** The file with these maps: where its own stood, else below `[storage.options]`. */
export function setStorageMaps(file: KeyedFile, maps: MapPair): KeyedFile {
  return setKeyed(file, storageTexts(maps), (line) => line.trim() === "[storage.options]");
}
