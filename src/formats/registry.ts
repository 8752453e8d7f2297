import { type IdMap, idMap, type Kind, quoted, UsernsError } from "../core/index.ts";
import { bindfs } from "./bindfs.ts";
import { containerd } from "./containerd.ts";
import { cri } from "./cri.ts";
import { docker, rootless } from "./docker.ts";
import type { MapContext, MapFormat, ReadMaps } from "./format.ts";
import { fuidshift } from "./fuidshift.ts";
import { fuseOverlayfs } from "./fuse-overlayfs.ts";
import { incusJson } from "./incus-json.ts";
import { kubelet } from "./kubelet.ts";
import { lxc } from "./lxc.ts";
import { isAlike } from "./map-lines.ts";
import { mountIdmapped } from "./mount-idmapped.ts";
import { nspawn } from "./nspawn.ts";
import { oci, ociRootless } from "./oci.ts";
import { ociMount } from "./oci-mount.ts";
import { podman } from "./podman.ts";
import { podmanUserns } from "./podman-userns.ts";
import { podmanVolume } from "./podman-volume.ts";
import { proxmox } from "./proxmox.ts";
import { rawIdmap } from "./raw-idmap.ts";
import { storageConf } from "./storage-conf.ts";
import { subidMap } from "./subid-map.ts";
import { triples } from "./triples.ts";
import { uidMap } from "./uid-map.ts";
import { unshare } from "./unshare.ts";
import { virtiofsd } from "./virtiofsd.ts";
import { xMount } from "./x-mount.ts";

/** Every way to write a map, most particular first: the first that recognises a text is the one it is read as. */
export const MAP_FORMATS: readonly MapFormat[] = [
  ociMount,
  cri,
  kubelet,
  incusJson,
  oci,
  ociRootless,
  containerd,
  docker,
  rootless,
  podmanUserns,
  proxmox,
  podmanVolume,
  storageConf,
  xMount,
  mountIdmapped,
  virtiofsd,
  bindfs,
  unshare,
  nspawn,
  fuseOverlayfs,
  lxc,
  rawIdmap,
  podman,
  fuidshift,
  subidMap,
  triples,
  uidMap,
];

/** A format that a text is written in, and the text with blanks for the prefix that names it: columns stay true. */
export interface Recognised {
  readonly format: MapFormat;
  readonly text: string;
}

/**
 * The format of a text: the one that its prefix names (`podman:+1000:0:1`), or the one that it begins like.
 *
 * @returns null where it is none
 * @example recognise("lxc:u 0 100000 65536")?.format.name // "lxc"
 */
export function recognise(text: string): Recognised | null {
  const prefix = /^\s*([a-z][\w.-]*):/.exec(text);
  const named = prefix && MAP_FORMATS.find(({ name }) => name === prefix[1]);
  if (named) return { format: named, text: " ".repeat(prefix[0].length) + text.slice(prefix[0].length) };
  const format = recogniseMapFormat(text);
  return format && { format, text };
}

/** The format that a text begins like, or null. */
export function recogniseMapFormat(text: string): MapFormat | null {
  return MAP_FORMATS.find((format) => format.recognises(text)) ?? null;
}

/** Maps, and the format that they were read from. */
export interface NamedMaps extends ReadMaps {
  readonly format: MapFormat;
}

/**
 * Read maps in whichever format they are written.
 *
 * @throws UsernsError ERR_MAP_TEXT when the text looks like none of them, and what the format throws
 * @example readMaps("both 1000 1000", { where: "--map" }).format.name // "raw.idmap"
 */
export function readMaps(text: string, context: MapContext): NamedMaps {
  return readAs(recognise(text), text, context);
}

/**
 * The same for the text of a file, which has no prefix: its first word and a colon may be an owner's name.
 *
 * @throws UsernsError as {@link readMaps}
 */
export function readFileMaps(text: string, context: MapContext): NamedMaps {
  const format = recogniseMapFormat(text);
  return readAs(format && { format, text }, text, context);
}

function readAs(found: Recognised | null, text: string, context: MapContext): NamedMaps {
  if (found) return { ...found.format.parse(found.text, context), format: found.format };
  throw new UsernsError("ERR_MAP_TEXT", {
    where: context.where,
    expected: `a map such as ${triples.example} or ${uidMap.example}, or in one of these forms: ${formatNames()}`,
    got: text.trim() === "" ? "no text" : quoted(text.trim()),
  });
}

/** `lxc, raw.idmap, podman`, every name that may stand before a colon. */
export function formatNames(): string {
  return MAP_FORMATS.map(({ name }) => name).join(", ");
}

/**
 * Read a map of one kind, in whichever format it is written.
 *
 * @param where  the name of the input; errors say `where:line:column`
 * @throws UsernsError ERR_MAP_TEXT when it looks like none of them or has not one map for users and groups
 * @example parseMap("0:100000:65536", "--map").extents.length // 1
 */
export function parseMap<K extends Kind = Kind>(text: string, where = "map"): IdMap<K> {
  const { uid, gid, format } = readMaps(text, { where });
  const only = uid && gid && !isAlike({ uid, gid }) ? null : (uid ?? gid);
  if (only) return idMap<K>(only.extents, { where });
  throw new UsernsError("ERR_MAP_TEXT", {
    where,
    expected: "one map for users and groups",
    got: `two that differ, as ${format.title}`,
  });
}

/** What was given where a map is asked for: the text of maps, or the path of a file that holds it. */
export type MapArgument =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "path"; readonly path: string };

/**
 * Tell a map from the path of a file with one. What begins like a map is one: a file of such a name is given as `./0:1:1`.
 *
 * @example mapArgument("/proc/self/uid_map") // { type: "path", path: "/proc/self/uid_map" }
 */
export function mapArgument(value: string): MapArgument {
  const isText = recognise(value) !== null || value.trim() === "" || /[\r\n]/.test(value);
  return isText ? { type: "text", text: value } : { type: "path", path: value };
}
