import type { IdMap } from "../core/index.ts";
import type { MapFormat } from "./format.ts";
import { elements, idMember, type JsonValue, looksLikeJson, member, readJson } from "./json-value.ts";
import { type MapLine, mapsOfLines } from "./map-lines.ts";

const EXAMPLE =
  '{"uidMappings":[{"hostId":65536,"containerId":0,"length":65536}],"gidMappings":[{"hostId":65536,"containerId":0,"length":65536}]}';
const KUBELET = "the kubelet gives each pod one block";
/** The kubelet's blocks are multiples of this. @source KubeletConfiguration, userNamespaces.idsPerPod */
export const POD_BLOCK = 65536;

/**
 * The file that the kubelet keeps of a pod's user namespace, `/var/lib/kubelet/pods/UID/userns`.
 *
 * @source KEP-127, "Support User Namespaces"; vectors/peers/kubernetes-userns.json
 */
export const kubelet: MapFormat = {
  name: "kubelet",
  title: "the kubelet's pods/UID/userns",
  example: EXAMPLE,
  target: {
    maps: "process",
    limits: [
      { limit: "both", source: KUBELET },
      { limit: "lines", most: 1, source: KUBELET },
      { limit: "alike", source: KUBELET },
      { limit: "first", inside: 0, source: KUBELET },
      { limit: "multiple", of: POD_BLOCK, source: KUBELET },
    ],
  },
  recognises: (text) => looksLikeJson(text, "hostId", "containerId", "length"),
  parse: (text, { where }) => {
    const file = readJson(text, where);
    return mapsOfLines(
      [...linesOf(member(file, "uidMappings"), "uid"), ...linesOf(member(file, "gidMappings"), "gid")],
      where,
      EXAMPLE,
    );
  },
  write: ({ uid, gid }) => [
    { kind: "both", text: JSON.stringify({ uidMappings: mappings(uid), gidMappings: mappings(gid) }) },
  ],
};

function linesOf(array: JsonValue, kind: "uid" | "gid"): readonly MapLine[] {
  return elements(array).map((entry) => ({
    kind,
    extent: {
      first: idMember(entry, "containerId"),
      lowerFirst: idMember(entry, "hostId"),
      count: idMember(entry, "length"),
    },
    at: entry.at,
  }));
}

function mappings(map: IdMap): readonly object[] {
  return map.extents.map(({ first, lowerFirst, count }) => ({
    hostId: lowerFirst,
    containerId: first,
    length: count,
  }));
}
