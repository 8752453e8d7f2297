import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { checkAcl } from "./acl-permission.ts";
import { type Capability, capName } from "./capability.ts";
import type { Cred } from "./cred.ts";
import { fileUser } from "./file-user.ts";
import { kfsidHasMapping } from "./fsid.ts";
import { lacking, type OwnerTable } from "./fsid-map.ts";
import { fsidMode } from "./fsid-modes.ts";
import { isRuledFrom } from "./isolated.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { PosixAcl } from "./posix-acl.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, type Rule, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/** What is wanted of a file, as bits: may be added up. */
export const MAY = { exec: 1, write: 2, read: 4 } as const;

/** What each of them is, for a directory and for anything else. */
const VERBS = [
  { bit: MAY.read, directory: "list", file: "read" },
  { bit: MAY.write, directory: "change", file: "write to" },
  { bit: MAY.exec, directory: "search", file: "run" },
] as const;

/** @example showMask(MAY.read | MAY.write, { isDirectory: false }) // "read and write to" */
export function showMask(mask: number, { isDirectory }: Pick<Protected, "isDirectory">): string {
  const asked = VERBS.filter(({ bit }) => (mask & bit) !== 0);
  return asked.length === 0 ? "reach" : asked.map((verb) => (isDirectory ? verb.directory : verb.file)).join(" and ");
}

/** A file as a permission check sees it: owners as they are on the mount it is reached through. */
export interface Protected {
  readonly uid: Kuid64<"uid">;
  readonly gid: Kuid64<"gid">;
  readonly mode: number;
  readonly isDirectory: boolean;
  /** Where its owners are looked up: as its file system has it. */
  readonly table: OwnerTable;
  /** Its access ACL with ids as they are on the mount, where it has one. */
  readonly acl?: PosixAcl | null;
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
  ownerOrFowner: {
    sentence:
      "Only the owner of a file, or whoever has CAP_FOWNER in a namespace that maps the owner's user id, may do this; the group need not be mapped.",
    source: "capabilities(7), CAP_FOWNER; vectors/linux-6.18/8_vfs_permission.json (tag unmapped)",
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
  return isNsCapable(cred, cred.userNs, name) && foreignOwner(world, cred, file) === null;
}

/** The owner, or else the group, over which capabilities do not count; null where they do over both. */
function foreignOwner(world: World, cred: Cred, { uid, gid, table }: Protected): OwnerKind | null {
  if (!isCovered(world, cred, "uid", uid, table)) return "uid";
  return isCovered(world, cred, "gid", gid, table) ? null : "gid";
}

/** Do capabilities of a task in the namespace count over what the id owns? `privileged_wrt_inode_uidgid`, for one id. */
export function isCovered<K extends OwnerKind>(
  world: World,
  { userNs }: Pick<Cred, "userNs">,
  kind: K,
  kid: Kuid64<K>,
  table: OwnerTable,
): boolean {
  return isValidKuid64(kid) && (kfsidHasMapping(world, userNs, kind, kid, table) || isRuledFrom(world, userNs, kid));
}

/**
 * Owner, or CAP_FOWNER over the owner's user id: `inode_owner_or_capable`. All revisions of the fsid mappings but the
 * repaired one left its first test alone: the fs id is asked for on exempt file systems too.
 *
 * @returns EPERM with the rule
 */
export function ownerOrCapable(world: World, cred: Cred, file: Pick<Protected, "uid" | "table">): Verdict {
  const { uid } = fsidMode(world.profile)?.isRepaired ? fileUser(world, cred, file.table) : { uid: cred.uid.fs };
  if (isSameKuid64(uid, file.uid)) return allow(undefined, RULES.ownerOrFowner, "as the owner");
  const isMapped = isCovered(world, cred, "uid", file.uid, file.table);
  if (isMapped && isNsCapable(cred, cred.userNs, "fowner"))
    return allow(undefined, RULES.ownerOrFowner, "by CAP_FOWNER");
  return deny(
    "EPERM",
    RULES.ownerOrFowner,
    isMapped ? "no CAP_FOWNER" : `the owner is not mapped in ${lacking(world, cred.userNs, "uid", file.table)}`,
  );
}

/**
 * The check of permission bits and of the capabilities that pass them: `generic_permission`.
 *
 * @param mask  bits of {@link MAY}
 * @returns     EACCES with the rule that withheld it
 */
export function genericPermission(world: World, cred: Cred, file: Protected, mask: number): Verdict {
  const asked = withoutCapabilities(world, cred, file, mask);
  if (asked.ok) return asked;
  const passing = passingCapability(world, cred, file, mask);
  if (passing) return allow(undefined, RULES.dacOverride, `by ${capName(passing)}`);
  const foreign = isNsCapable(cred, cred.userNs, "dac_override") ? foreignOwner(world, cred, file) : null;
  if (foreign === null) return asked;
  const where = lacking(world, cred.userNs, foreign, file.table);
  return deny("EACCES", RULES.bothIdsMapped, `${showKuid64(file[foreign], "v")} is not mapped in ${where}`);
}

/** `acl_permission_check`: an ACL is asked only where the group digit of the mode, its mask, is not 0. */
function withoutCapabilities(world: World, cred: Cred, file: Protected, mask: number): Verdict {
  const user = fileUser(world, cred, file.table, "permission");
  const say = (bits: number, rule: Rule) => ((mask & ~bits & 7) === 0 ? allow(undefined, rule) : deny("EACCES", rule));
  if (isSameKuid64(user.uid, file.uid)) return say(file.mode >> 6, RULES.ownerBits);
  if (file.acl && (file.mode & 0o070) !== 0) return checkAcl(user, file, file.acl, mask);
  if (user.isIn(file.gid)) return say(file.mode >> 3, RULES.groupBits);
  return say(file.mode, RULES.otherBits);
}

function passingCapability(world: World, cred: Cred, file: Protected, mask: number): Capability | null {
  const isReadSearch = file.isDirectory ? (mask & MAY.write) === 0 : mask === MAY.read;
  if (isReadSearch && isCapableOver(world, cred, file, "dac_read_search")) return "dac_read_search";
  const isRunnable = file.isDirectory || (mask & MAY.exec) === 0 || (file.mode & 0o111) !== 0;
  return isRunnable && isCapableOver(world, cred, file, "dac_override") ? "dac_override" : null;
}
