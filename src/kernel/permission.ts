import { isSameKuid64, isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import { type Capability, isNsCapable } from "./capability.ts";
import { type Cred, isInGroup } from "./cred.ts";
import { hasMapping } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/** What is wanted of a file, as bits: may be added up. */
export const MAY = { exec: 1, write: 2, read: 4 } as const;

/** A file as a permission check sees it: owners as they are on the mount it is reached through. */
export interface Protected {
  readonly uid: Kuid64<"uid">;
  readonly gid: Kuid64<"gid">;
  readonly mode: number;
  readonly isDirectory: boolean;
}

const RULES = ruleTable({
  ownerBits: {
    sentence: "The owner is held to the owner's bits, whatever the others allow.",
    source: "path_resolution(7), Permissions",
  },
  groupBits: {
    sentence: "Members of the file's group are held to the group's bits.",
    source: "path_resolution(7), Permissions",
  },
  otherBits: { sentence: "Everybody else is held to the bits for others.", source: "path_resolution(7), Permissions" },
  dacOverride: {
    sentence:
      "CAP_DAC_OVERRIDE passes all but running a file nobody may run; CAP_DAC_READ_SEARCH passes reading, and searching directories.",
    source: "capabilities(7)",
  },
  bothIdsMapped: {
    sentence:
      "A capability over a file counts only where the file's user and group id are both mapped in the task's namespace.",
    source: "user_namespaces(7); vectors/linux-6.18/8_vfs_permission.json (tag unmapped)",
  },
});

/**
 * Does a capability of the task count for this file: is it held in the task's own namespace, and are both owners
 * mapped there? `capable_wrt_inode_uidgid`.
 */
export function isCapableOver(world: World, cred: Cred, file: Protected, name: Capability): boolean {
  return isNsCapable(cred, cred.userNs, name) && areBothMapped(world, cred, file);
}

function areBothMapped(world: World, cred: Cred, file: Protected): boolean {
  return (
    isValidKuid64(file.uid) &&
    isValidKuid64(file.gid) &&
    hasMapping(world, cred.userNs, "uid", file.uid) &&
    hasMapping(world, cred.userNs, "gid", file.gid)
  );
}

/**
 * The check of permission bits and of the capabilities that pass them: `generic_permission`.
 *
 * @param mask  bits of {@link MAY}
 * @returns     EACCES with the rule that withheld it
 */
export function genericPermission(world: World, cred: Cred, file: Protected, mask: number): Verdict {
  const { bits, rule } = isSameKuid64(cred.uid.fs, file.uid)
    ? { bits: file.mode >> 6, rule: RULES.ownerBits }
    : isInGroup(cred, file.gid)
      ? { bits: file.mode >> 3, rule: RULES.groupBits }
      : { bits: file.mode, rule: RULES.otherBits };
  if ((mask & ~bits & 7) === 0) return allow(undefined, rule);
  if (passesByCapability(world, cred, file, mask)) return allow(undefined, RULES.dacOverride);
  const holds = isNsCapable(cred, cred.userNs, "dac_override");
  return deny("EACCES", holds && !areBothMapped(world, cred, file) ? RULES.bothIdsMapped : rule);
}

function passesByCapability(world: World, cred: Cred, file: Protected, mask: number): boolean {
  const isReadSearch = file.isDirectory ? (mask & MAY.write) === 0 : mask === MAY.read;
  if (isReadSearch && isCapableOver(world, cred, file, "dac_read_search")) return true;
  const isRunnable = file.isDirectory || (mask & MAY.exec) === 0 || (file.mode & 0o111) !== 0;
  return isRunnable && isCapableOver(world, cred, file, "dac_override");
}
