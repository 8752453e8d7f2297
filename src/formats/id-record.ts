import type { ReadMaps } from "./format.ts";
import { kubelet } from "./kubelet.ts";
import { lxc, readLxcConfig } from "./lxc.ts";

/** The maps that a runtime has written down of one container. */
export interface IdRecord {
  /** The container, pod or instance. */
  readonly owner: string;
  /** The file, or the path into it. */
  readonly where: string;
  readonly maps: Pick<ReadMaps, "uid" | "gid">;
}

/**
 * The kubelet's record of a pod, /var/lib/kubelet/pods/UID/userns.
 *
 * @param pod  its UID: the name of the folder
 * @throws UsernsError ERR_MAP_TEXT, ERR_ID_RANGE
 */
export function podRecord(text: string, where: string, pod: string): IdRecord {
  return { owner: `pod-${pod}`, where, maps: kubelet.parse(text, { where }) };
}

/**
 * The configuration of an LXC container, /var/lib/lxc/NAME/config. Files that it includes are not looked at.
 *
 * @returns null for a container without a map
 * @throws UsernsError ERR_MAP_TEXT, ERR_ID_RANGE
 */
export function lxcRecord(text: string, where: string, name: string): IdRecord | null {
  const hasMap = readLxcConfig(text, where).lines.some(({ entry }) => entry === "map");
  return hasMap ? { owner: name, where, maps: lxc.parse(text, { where }) } : null;
}
