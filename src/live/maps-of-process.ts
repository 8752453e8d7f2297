import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Extent } from "../core/index.ts";
import { extentsShown } from "./extents-shown.ts";

/** Both maps of a process, lines that have no ids in the caller's namespace left out. */
export interface MapsOfProcess {
  readonly uid: readonly Extent[];
  readonly gid: readonly Extent[];
}

/**
 * The maps of a process, down to ids of the caller's own user namespace; of a process in that very namespace, down to
 * those of the one it was made in.
 *
 * @param folder  its directory in /proc
 * @throws the system's error: ENOENT for no such process, EACCES for one that may not be looked at
 * @source user_namespaces(7): outside ids are those of the reader, unless it is in the namespace itself
 */
export function mapsOfProcess(folder: string): MapsOfProcess {
  const extents = (name: string) => extentsShown(readFileSync(join(folder, name), "utf8"));
  return { uid: extents("uid_map"), gid: extents("gid_map") };
}

/** Is it in the user namespace of whoever asks? @throws as {@link mapsOfProcess} */
export function isInOwnNamespace(folder: string): boolean {
  return readlinkSync(join(folder, "ns", "user")) === readlinkSync("/proc/self/ns/user");
}
