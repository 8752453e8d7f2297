import type { Cred } from "./cred.ts";
import { fsidMode } from "./fsid-modes.ts";
import type { Profile } from "./profile.ts";
import type { OwnerIds } from "./user-namespace.ts";

/**
 * The ids that keys are owned and used by: the filesystem ids. With fsid mappings the third series took the copy in id
 * space; before, an id of files was read out as one of a process.
 *
 * @source fsid mappings, third series, 24/25
 */
export function keyUser({ profile }: { readonly profile: Profile }, { uid, gid }: Cred): OwnerIds {
  return fsidMode(profile)?.keyOwner === "pfsuid" ? { uid: uid.pfs, gid: gid.pfs } : { uid: uid.fs, gid: gid.fs };
}
