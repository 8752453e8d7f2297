import { isSameKuid64, isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import type { Cred } from "./cred.ts";
import { fsidBeside, kfsidToKid } from "./fsid.ts";
import type { HasProfile, OwnerTable } from "./fsid-map.ts";
import { fsidMode } from "./fsid-modes.ts";
import type { HasTranslators } from "./uidgid.ts";

/** A task as the rules of files know it: what is compared with the owners of a file. */
export interface FileUser {
  readonly uid: Kuid64<"uid">;
  readonly gid: Kuid64<"gid">;
  /** Is the group the task's filesystem group or one of its supplementary groups: `in_group_p`? */
  isIn(kgid: Kuid64<"gid">): boolean;
}

/**
 * Who a task is to a file whose owners are of this table. Without fsid mappings there is one answer: its filesystem ids
 * and its groups.
 *
 * With them the third series compares the owner of an exempt file system with the copy of the fs id in id space, and
 * leaves in_group_p alone: it takes the fs group everywhere, and supplementary groups as the ids of processes that they
 * are. The repaired revision takes group ids of the file's own table.
 *
 * @param asks  where the patch offered in reply to the first series is another: it translates in the test of permission
 * @source fsid mappings, first series, reply and second series, 14/28: get_current_fsuid; kernel/groups.c is not touched
 */
export function fileUser(
  world: HasTranslators & HasProfile,
  cred: Cred,
  table: OwnerTable,
  asks: "permission" | "ownership" = "ownership",
): FileUser {
  const { uid, gid, groups, userNs } = cred;
  const mode = fsidMode(world.profile);
  const isInAsTheyAre = (group: Kuid64<"gid">) => (kgid: Kuid64<"gid">) =>
    isSameKuid64(group, kgid) || groups.has(kgid);
  const asTheyAre: FileUser = { uid: uid.fs, gid: gid.fs, isIn: isInAsTheyAre(gid.fs) };
  if (!mode) return asTheyAre;
  if (table === "id") {
    if (mode.exemptOwner === "pfsuid")
      return { uid: uid.pfs, gid: gid.pfs, isIn: isInAsTheyAre(mode.isRepaired ? gid.pfs : gid.fs) };
    const isTranslated = mode.exemptOwner === "translated" && asks === "permission";
    return isTranslated ? { ...asTheyAre, uid: kfsidToKid(world, userNs, "uid", uid.fs) } : asTheyAre;
  }
  if (!mode.isRepaired) return asTheyAre;
  const isOfFiles = (kgid: Kuid64<"gid">) => (group: Kuid64<"gid">) =>
    isSameKuid64(fsidBeside(world, userNs, "gid", group), kgid);
  return {
    ...asTheyAre,
    isIn: (kgid) => isValidKuid64(kgid) && (isSameKuid64(gid.fs, kgid) || [...groups].some(isOfFiles(kgid))),
  };
}
