import type { IdMap, OwnerKind } from "../core/index.ts";
import { colons, readColons } from "./colon-line.ts";
import { behind, type Field, fieldsOf, placeOf, splitField } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { jsonFault, looksLikeJson, member, readJson } from "./json-value.ts";
import { type MapLine, mapsOfLines } from "./map-lines.ts";

const KEY = "containerd.io/snapshot/";
const EXAMPLE = `${KEY}uidmapping=0:100000:65536 ${KEY}gidmapping=0:100000:65536`;
const LABELS = "containerd's remap labels";

/**
 * The labels that tell a snapshotter of containerd the maps of a container: as `ctr --label` takes them, or the object of
 * labels.
 *
 * @source containerd, snapshots/labels; vectors/peers/containerd.json
 */
export const containerd: MapFormat = {
  name: "containerd",
  title: "containerd's labels of a snapshot",
  example: EXAMPLE,
  target: {
    maps: "process",
    limits: [
      { limit: "both", source: LABELS },
      { limit: "lines", most: 1, source: LABELS },
    ],
  },
  recognises: (text) => text.includes(`${KEY}uidmapping`) || text.includes(`${KEY}gidmapping`),
  parse: (text, { where }) =>
    mapsOfLines(looksLikeJson(text) ? fromObject(text, where) : fromWords(text, where), where, EXAMPLE),
  write: (maps) => [
    { kind: "both", text: `${KEY}uidmapping=${labelOf(maps.uid)} ${KEY}gidmapping=${labelOf(maps.gid)}` },
  ],
};

/** `0:1000:1,1:100000:65536` */
export function labelOf(map: IdMap): string {
  return map.extents.map(colons).join(",");
}

/**
 * The value of one label. An empty one says nothing of its kind.
 *
 * @throws UsernsError with `where:line:column`
 */
export function readLabel(field: Field, kind: OwnerKind, where: string): readonly MapLine[] {
  if (field.text === "") return [];
  return splitField(field, ",").map((piece) => ({
    kind,
    extent: readColons(piece, where, "inside:outside:count, parted by commas"),
    at: placeOf(where, piece),
  }));
}

function fromWords(text: string, where: string): readonly MapLine[] {
  return fieldsOf(text, /[^\s"']+/g).flatMap((word) => {
    const key = /^(?:--label=)?containerd\.io\/snapshot\/([ug]id)mapping=/.exec(word.text);
    const kind = key?.[1] === "uid" ? "uid" : "gid";
    return key ? readLabel(behind(word, key[0].length), kind, where) : [];
  });
}

function fromObject(text: string, where: string): readonly MapLine[] {
  const labels = readJson(text, where);
  return (["uid", "gid"] as const).flatMap((kind) => {
    const label = member(labels, `${KEY}${kind}mapping`);
    if (label.value === undefined) return [];
    if (typeof label.value !== "string") throw jsonFault(label, "a text, inside:outside:count");
    return readLabel({ text: label.value, line: 1, column: 1 }, kind, label.at);
  });
}
