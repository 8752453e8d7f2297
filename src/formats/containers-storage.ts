import type { IdMap, OwnerKind } from "../core/index.ts";
import type { IdRecord } from "./id-record.ts";
import { elements, idMember, type JsonValue, jsonFault, member, readJson } from "./json-value.ts";
import { mapOfPlaced } from "./map-lines.ts";

/**
 * The containers or layers that Podman, Buildah and CRI-O keep: `overlay-containers/containers.json` and
 * `overlay-layers/layers.json` below /var/lib/containers/storage. Those without a map are left out.
 *
 * @param what  before the id in the owner's name, where the entry has no name of its own
 * @throws UsernsError ERR_MAP_TEXT, ERR_ID_RANGE
 * @source containers/storage, containers.go and layers.go: `uidmap`, `gidmap`
 * @example storageRecords('[{"id":"4d","names":["web"],"layer":"9a"}]', "containers.json", "container") // []
 */
export function storageRecords(text: string, where: string, what: "container" | "layer"): readonly IdRecord[] {
  return elements(readJson(text, where)).flatMap((entry) => {
    const maps = { uid: mapOf<"uid">(member(entry, "uidmap")), gid: mapOf<"gid">(member(entry, "gidmap")) };
    return maps.uid || maps.gid ? [{ owner: ownerOf(entry, what), where: entry.at, maps }] : [];
  });
}

function ownerOf(entry: JsonValue, what: string): string {
  const [name] = elements(member(entry, "names"));
  const found = name ?? member(entry, "id");
  if (typeof found.value !== "string" || found.value === "") throw jsonFault(found, "a name or an id");
  return name ? found.value : `${what}-${found.value.slice(0, 12)}`;
}

function mapOf<K extends OwnerKind>(list: JsonValue): IdMap<K> | null {
  const lines = elements(list).map((line) => ({
    extent: {
      first: idMember(line, "container_id"),
      lowerFirst: idMember(line, "host_id"),
      count: idMember(line, "size"),
    },
    at: line.at,
  }));
  return lines.length > 0 ? mapOfPlaced<K>(lines, list.at) : null;
}
