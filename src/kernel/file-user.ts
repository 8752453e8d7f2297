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

/** The same of a task, whose groups can be told one by one. */
export interface TaskFileUser extends FileUser {
  /** The groups that it is in, the filesystem group first. One without a value is in the list, and nobody is in it. */
  groups(): Iterable<Kuid64<"gid">>;
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
): TaskFileUser {
  const { uid, gid, groups, userNs } = cred;
  const mode = fsidMode(world.profile);
  const membership = (group: Kuid64<"gid">): Pick<TaskFileUser, "isIn" | "groups"> => ({
    isIn: (kgid) => isSameKuid64(group, kgid) || groups.has(kgid),
    groups: () => [group, ...groups],
  });
  const asTheyAre: TaskFileUser = { uid: uid.fs, gid: gid.fs, ...membership(gid.fs) };
  if (!mode) return asTheyAre;
  if (table === "id") {
    if (mode.exemptOwner === "pfsuid")
      return { uid: uid.pfs, gid: gid.pfs, ...membership(mode.isRepaired ? gid.pfs : gid.fs) };
    const isTranslated = mode.exemptOwner === "translated" && asks === "permission";
    return isTranslated ? { ...asTheyAre, uid: kfsidToKid(world, userNs, "uid", uid.fs) } : asTheyAre;
  }
  if (!mode.isRepaired) return asTheyAre;
  const ofFiles = (group: Kuid64<"gid">) => fsidBeside(world, userNs, "gid", group);
  return {
    ...asTheyAre,
    isIn: (kgid) =>
      isValidKuid64(kgid) &&
      (isSameKuid64(gid.fs, kgid) || [...groups].some((group) => isSameKuid64(ofFiles(group), kgid))),
    groups: () => [gid.fs, ...[...groups].map(ofFiles)],
  };
}
