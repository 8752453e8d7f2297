import type { Cred } from "./cred.ts";
import type { UserNamespace } from "./user-namespace.ts";

/** The files in /proc/PID that a namespace is set up with. */
export type MapFileName = "uid_map" | "gid_map" | "projid_map" | "setgroups" | "isolated_uns";

/** An open map file: it stays with the namespace and the credential of its opening, whatever its user does later. */
export interface OpenMapFile {
  readonly ns: UserNamespace;
  readonly name: MapFileName;
  readonly opener: Cred;
  readonly isWritable: boolean;
  position: number;
}
