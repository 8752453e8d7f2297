import type { OwnerKind } from "../core/index.ts";
import type { MapFormat } from "./format.ts";
import { booleanMember, elements, idMember, jsonFault, looksLikeJson, readJson } from "./json-value.ts";
import { kindLines, type MapLine, mapsOfLines } from "./map-lines.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = '[{"Isuid":true,"Isgid":true,"Hostid":1000000,"Nsid":0,"Maprange":65536}]';

/**
 * The map that Incus and LXD keep for an instance: the values of `volatile.idmap.current`, `.next` and
 * `volatile.last_state.idmap`.
 *
 * @source Incus' documentation, "Instance volatile keys"
 */
export const incusJson: MapFormat = {
  name: "incus",
  title: "volatile.idmap.current of Incus and LXD",
  example: EXAMPLE,
  target: { maps: "process", limits: [KERNEL_LINES] },
  recognises: (text) => looksLikeJson(text, "Hostid"),
  parse: (text, { where }) => mapsOfLines(incusLines(text, where), where, EXAMPLE),
  write: (maps) => [
    {
      kind: "both",
      text: JSON.stringify(
        kindLines(maps).map(({ kind, extent }) => ({
          Isuid: kind !== "gid",
          Isgid: kind !== "uid",
          Hostid: extent.lowerFirst,
          Nsid: extent.first,
          Maprange: extent.count,
        })),
      ),
    },
  ],
};

/** @throws UsernsError ERR_MAP_TEXT, ERR_ID_RANGE with the path of the value that is wrong */
export function incusLines(text: string, where: string): readonly MapLine[] {
  return elements(readJson(text, where)).map((entry) => {
    const kinds = (["uid", "gid"] as const).filter((kind: OwnerKind) =>
      booleanMember(entry, kind === "uid" ? "Isuid" : "Isgid"),
    );
    const [only] = kinds;
    if (only === undefined) throw jsonFault(entry, "Isuid or Isgid to be true");
    return {
      kind: kinds.length === 2 ? "both" : only,
      extent: {
        first: idMember(entry, "Nsid"),
        lowerFirst: idMember(entry, "Hostid"),
        count: idMember(entry, "Maprange"),
      },
      at: entry.at,
    };
  });
}
