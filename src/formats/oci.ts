import type { Extent, IdMap, OwnerKind } from "../core/index.ts";
import type { MapFormat } from "./format.ts";
import { elements, idMember, type JsonValue, looksLikeJson, member, readJson } from "./json-value.ts";
import { type MapLine, mapsOfLines } from "./map-lines.ts";
import type { MapPair } from "./map-pair.ts";
import { KERNEL_LINES, type Limit } from "./target.ts";

const EXAMPLE =
  '{"linux":{"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],"gidMappings":[{"containerID":0,"hostID":100000,"size":65536}]}}';
const BOTH: Limit = { limit: "both", source: "runc wants both maps of a user namespace" };

/**
 * The maps of a container in an OCI runtime configuration: `linux.uidMappings` and `linux.gidMappings` of config.json, or
 * the object that holds the two.
 *
 * @source OCI runtime-spec, config-linux.md, "User namespace mappings"
 */
export const oci: MapFormat = {
  name: "oci",
  title: "uidMappings and gidMappings of an OCI config.json",
  example: EXAMPLE,
  target: { maps: "process", limits: [BOTH, KERNEL_LINES] },
  recognises: (text) => looksLikeJson(text, "containerID"),
  parse: (text, { where }) => {
    const config = readJson(text, where);
    const linux = member(config, "linux");
    return mapsOfLines(ociLines(linux.value === undefined ? config : linux), where, EXAMPLE);
  },
  write: (maps) => [{ kind: "both", text: JSON.stringify({ linux: ociMappings(maps) }) }],
};

/** The same for a container that a user without privilege makes. */
export const ociRootless: MapFormat = {
  ...oci,
  name: "oci-rootless",
  example: `oci-rootless:${EXAMPLE}`,
  title: "an OCI config.json that runc runs without privilege",
  target: {
    maps: "process",
    limits: [BOTH, { limit: "lines", most: 5, source: "runc has room for 20 arguments of newuidmap" }],
  },
  recognises: () => false,
};

/** The lines of an object with `uidMappings` and `gidMappings`. */
export function ociLines(object: JsonValue): readonly MapLine[] {
  return (["uid", "gid"] as const).flatMap((kind: OwnerKind) =>
    elements(member(object, `${kind}Mappings`)).map((entry) => ({
      kind,
      extent: {
        first: idMember(entry, "containerID"),
        lowerFirst: idMember(entry, "hostID"),
        count: idMember(entry, "size"),
      },
      at: entry.at,
    })),
  );
}

export function ociMappings({ uid, gid }: MapPair): object {
  return { uidMappings: mappings(uid), gidMappings: mappings(gid) };
}

function mappings(map: IdMap): readonly object[] {
  return map.extents.map(({ first, lowerFirst, count }: Extent) => ({
    containerID: first,
    hostID: lowerFirst,
    size: count,
  }));
}
