import type { IdMap, OwnerKind } from "../core/index.ts";
import type { MapFormat } from "./format.ts";
import { elements, idMember, jsonFault, looksLikeJson, member, readJson } from "./json-value.ts";
import { mapsOfLines } from "./map-lines.ts";

const EXAMPLE =
  '{"mode":"POD","uids":[{"host_id":65536,"container_id":0,"length":65536}],"gids":[{"host_id":65536,"container_id":0,"length":65536}]}';
const ONE = "containerd's CRI plugin";

/**
 * `userns_options` of a pod in the Container Runtime Interface: `spec.hostUsers: false` becomes one block for the pod.
 *
 * @source cri-api, UserNamespace and IDMapping; vectors/peers/containerd.json (validate.cri_userns)
 */
export const cri: MapFormat = {
  name: "cri",
  title: "userns_options of the CRI",
  example: EXAMPLE,
  target: {
    maps: "process",
    limits: [
      { limit: "both", source: ONE },
      { limit: "lines", most: 1, source: ONE },
      { limit: "alike", source: ONE },
    ],
  },
  recognises: (text) =>
    looksLikeJson(text, "container_id") || (looksLikeJson(text, "containerId", "mode") && looksLikeJson(text, "uids")),
  parse: (text, { where }) => {
    const options = readJson(text, where);
    const mode = member(options, "mode");
    if (mode.value !== undefined && mode.value !== "POD")
      throw jsonFault(mode, 'the mode "POD": with another a pod has no map of its own');
    const lines = (["uid", "gid"] as const).flatMap((kind: OwnerKind) =>
      elements(member(options, `${kind}s`)).map((entry) => ({
        kind,
        extent: {
          first: idMember(entry, "container_id", "containerId"),
          lowerFirst: idMember(entry, "host_id", "hostId"),
          count: idMember(entry, "length"),
        },
        at: entry.at,
      })),
    );
    return mapsOfLines(lines, where, EXAMPLE);
  },
  write: ({ uid, gid }) => [
    { kind: "both", text: JSON.stringify({ mode: "POD", uids: mappings(uid), gids: mappings(gid) }) },
  ],
};

function mappings(map: IdMap): readonly object[] {
  return map.extents.map(({ first, lowerFirst, count }) => ({
    host_id: lowerFirst,
    container_id: first,
    length: count,
  }));
}
