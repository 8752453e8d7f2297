import type { MapFormat } from "./format.ts";
import { elements, type JsonValue, jsonFault, looksLikeJson, member, readJson } from "./json-value.ts";
import { mapsOfLines } from "./map-lines.ts";
import { ociLines, ociMappings } from "./oci.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE =
  '{"options":["bind","idmap"],"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],"gidMappings":[{"containerID":0,"hostID":100000,"size":65536}]}';

/**
 * An idmapped mount in an OCI runtime configuration, one element of `mounts`. `containerID` is the id on disk, `hostID` the
 * host id that it is shown as.
 *
 * @source OCI runtime-spec, config.md, "Mounts"; vectors/peers/runc.json
 */
export const ociMount: MapFormat = {
  name: "oci-mount",
  title: "an idmapped mount of an OCI config.json",
  example: EXAMPLE,
  target: {
    maps: "mount",
    limits: [{ limit: "both", source: "a mount of the OCI runtime-spec has both maps or none" }, KERNEL_LINES],
  },
  recognises: (text) => looksLikeJson(text, "containerID", "options") && !looksLikeJson(text, "linux"),
  parse: (text, { where }) => {
    const mount = readJson(text, where);
    checkOptions(mount);
    return mapsOfLines(ociLines(mount), where, EXAMPLE);
  },
  write: (maps) => [{ kind: "both", text: JSON.stringify({ options: ["bind", "idmap"], ...ociMappings(maps) }) }],
};

function checkOptions(mount: JsonValue): void {
  const options = member(mount, "options");
  const words = elements(options).map(({ value }) => value);
  const given = ["idmap", "ridmap"].filter((word) => words.includes(word));
  if (given.length === 2) throw jsonFault(options, "idmap or ridmap, not both");
  const isBind = words.includes("bind") || words.includes("rbind") || member(mount, "type").value === "bind";
  if (!isBind) throw jsonFault(options, "a bind mount: no other is idmapped here");
}
