import { isSameKuid64, type Kuid64 } from "../core/kuid64.ts";
import { type CapSet, capsWithout, isSubsetOf, NO_CAPS, namesOf } from "./capability.ts";
import { type Cred, type CredParts, hasSecurebit, SECUREBITS } from "./cred.ts";
import { kfsidHasMapping } from "./fsid.ts";
import { execTable, idOfSetidFile, pairAfterExec } from "./fsid-cred.ts";
import type { OwnerTable } from "./fsid-map.ts";
import { inheritedKeyrings } from "./key.ts";
import { GROUP_EXEC, SETGID, SETUID } from "./mode.ts";
import { pilesAfterExec } from "./pile.ts";
import { commitCreds, type Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import type { UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  setidHonoured: {
    sentence:
      "The set-user-ID bit makes the file's owner the effective user, the set-group-ID bit (with execute for the group) its group.",
    source: "execve(2)",
  },
  setidUntrusted: {
    sentence:
      "Set-id bits and file capabilities are ignored on a nosuid mount, and on a file system whose namespace is neither the task's nor an ancestor of it.",
    source: "execve(2), mount(8); vectors/linux-6.18/3_idmapped_mounts.json (tag suid-exec)",
  },
  setidNoNewPrivs: {
    sentence:
      "With no_new_privs set-id bits are ignored, and file capabilities give nothing that was not permitted before.",
    source: "prctl(2), PR_SET_NO_NEW_PRIVS",
  },
  setidBothMapped: {
    sentence:
      "Set-id bits are ignored unless the file's user and group id, as the mount shows them, are both mapped in the task's namespace.",
    source: "vectors/linux-6.18/3_idmapped_mounts.json (tag suid-exec)",
  },
  setidTranslated: {
    sentence:
      "With fsid mappings set-id bits are ignored where the owner, an id of files, stands for no id of processes.",
    source: "fsid mappings, second series, 18/28: bprm_fill_uid",
  },
  execPlain: {
    sentence:
      "A file without honoured set-id bits leaves the real and effective ids; saved and filesystem ids become the effective ones.",
    source: "execve(2)",
  },
  fcapInBounding: {
    sentence:
      "A program that is given effective capabilities fails to start when the bounding set withholds one of them.",
    source: "capabilities(7), Safety checking for capability-dumb binaries",
  },
});

/** What a file's capability attribute gives a program, where the attribute counts for the task. */
export interface HonouredCaps {
  readonly isEffective: boolean;
  readonly permitted: CapSet;
  readonly inheritable: CapSet;
}

/** A program that a task may run: permission was asked before. */
export interface Program {
  /** Owners as the mount shows them. */
  readonly uid: Kuid64<"uid">;
  readonly gid: Kuid64<"gid">;
  readonly mode: number;
  /** Where its owners are looked up. */
  readonly table: OwnerTable;
  /** Is its mount nosuid? */
  readonly isNosuid: boolean;
  /** `s_user_ns` of its file system. */
  readonly ownedBy: UserNamespace;
  /** null where the file has no capabilities, or none that count in the task's namespace. */
  readonly caps: HonouredCaps | null;
  /** May the task read it? */
  readonly isReadable: boolean;
}

/** What a task is after execve. */
export interface ExecOutcome {
  /** AT_SECURE: is the program told not to trust its environment? */
  readonly isSecure: boolean;
}

/**
 * Do set-id bits and capabilities of a file of this mount count for the task: `mnt_may_suid`.
 *
 * A file is always reached through a mount of the task's own mount namespace here.
 */
export function isTrusted(task: Task, program: Pick<Program, "isNosuid" | "ownedBy">): boolean {
  if (program.isNosuid) return false;
  for (let ns: UserNamespace | null = task.cred.userNs; ns; ns = ns.parent) if (ns === program.ownedBy) return true;
  return false;
}

/**
 * `execve` of a program that the task may run.
 *
 * @returns EPERM where the file's capabilities cannot all be given
 * @source  execve(2); capabilities(7), Transformation of capabilities during execve()
 */
export function execProgram(world: World, task: Task, program: Program): Verdict<ExecOutcome> {
  const old = task.cred;
  const setid = setidOf(world, task, program);
  const fcaps = isTrusted(task, program) ? program.caps : null;
  if (program.caps)
    world.trail?.add("honour the capabilities of", PROGRAM, { ok: fcaps !== null, rule: RULES.setidUntrusted });
  const given = fcaps ? (old.bounding & fcaps.permitted) | (old.inheritable & fcaps.inheritable) : NO_CAPS;
  if (fcaps?.isEffective) {
    const whole = isSubsetOf(fcaps.permitted, given)
      ? allow(undefined, RULES.fcapInBounding)
      : deny("EPERM", RULES.fcapInBounding, namesOf(capsWithout(fcaps.permitted, given)).join(", "));
    world.trail?.add("be given the capabilities of", PROGRAM, whole);
    if (!whole.ok) return whole;
  }
  const root = makeKid(world, old.userNs, "uid", 0);
  const privileged = withRootsCaps(old, setid.euid, root, fcaps, given);
  const isOther = !isSameKuid64(setid.euid, old.uid.effective) || !isOwnGroup(old, setid.egid);
  const limited = withoutNewPrivs(task, setid, privileged.permitted, isOther);
  const ambient = fcaps || isOther ? NO_CAPS : old.ambient;
  const permitted = limited.permitted | ambient;
  const effective = privileged.isEffective ? permitted : ambient;
  const { euid, egid } = limited;
  const changes: Partial<CredParts> = {
    uid: { real: old.uid.real, effective: euid, saved: euid, ...pairAfterExec(world, old.userNs, "uid", euid) },
    gid: { real: old.gid.real, effective: egid, saved: egid, ...pairAfterExec(world, old.userNs, "gid", egid) },
    permitted,
    effective,
    ambient,
    securebits: old.securebits & ~SECUREBITS.keep_caps,
    ...pilesAfterExec(world, fcaps !== null || setid.rule === RULES.setidHonoured),
  };
  const isSecure =
    isOther ||
    !isSameKuid64(euid, old.uid.real) ||
    !isSameKuid64(egid, old.gid.real) ||
    (!isSameKuid64(old.uid.real, root) && (privileged.isEffective || !isSubsetOf(permitted, ambient)));
  startImage(world, task, program);
  task.timeNs = task.timeNsForChildren;
  task.keyrings = inheritedKeyrings(task.keyrings);
  commitCreds(world, task, changes);
  const isIgnored = program.caps !== null && fcaps === null;
  return allow({ isSecure }, isIgnored ? RULES.setidUntrusted : setid.rule);
}

/** The program, in words: it is handed over without its name. */
const PROGRAM = "the program";

/** The ids after set-id bits: `bprm_fill_uid`. */
interface SetidOutcome {
  readonly euid: Kuid64<"uid">;
  readonly egid: Kuid64<"gid">;
  readonly rule: (typeof RULES)[keyof typeof RULES];
}

function setidOf(world: World, task: Task, program: Program): SetidOutcome {
  const { uid, gid, userNs } = task.cred;
  const ignored = (rule: SetidOutcome["rule"]) => ({ euid: uid.effective, egid: gid.effective, rule });
  const isSetuid = (program.mode & SETUID) !== 0;
  const isSetgid = (program.mode & SETGID) !== 0;
  if (!isSetuid && !isSetgid) return ignored(RULES.execPlain);
  const honours = (ok: boolean, rule: SetidOutcome["rule"]) => {
    world.trail?.add("honour the set-id bits of", PROGRAM, { ok, rule });
    return ok;
  };
  if (!honours(isTrusted(task, program), RULES.setidUntrusted)) return ignored(RULES.setidUntrusted);
  if (!honours(!task.noNewPrivs, RULES.setidNoNewPrivs)) return ignored(RULES.setidNoNewPrivs);
  if (!honours(areOwnersMapped(world, userNs, program, execTable(world, program.table)), RULES.setidBothMapped))
    return ignored(RULES.setidBothMapped);
  const euid = isSetuid ? idOfSetidFile(world, userNs, "uid", program.uid, program.table) : uid.effective;
  const isGroupProgram = isSetgid && (program.mode & GROUP_EXEC) !== 0;
  const egid = isGroupProgram ? idOfSetidFile(world, userNs, "gid", program.gid, program.table) : gid.effective;
  if (euid && egid) return { euid, egid, rule: RULES.setidHonoured };
  honours(false, RULES.setidTranslated);
  return ignored(RULES.setidTranslated);
}

/** Is the group the filesystem group of a task or one of its supplementary groups, all as ids of processes? */
function isOwnGroup({ gid, groups }: Cred, kgid: Kuid64<"gid">): boolean {
  return isSameKuid64(gid.pfs, kgid) || groups.has(kgid);
}

/**
 * Root of the own namespace gets what bounding and inheritable sets allow, unless noroot: in full when it is the
 * effective user, permitted only when it is the real one. A set-user-ID root program that has capabilities of its own
 * gives those alone.
 *
 * @source capabilities(7), Capabilities and execution of programs by root
 */
function withRootsCaps(
  old: Cred,
  euid: Kuid64<"uid">,
  root: Kuid64<"uid">,
  fcaps: HonouredCaps | null,
  given: CapSet,
): { readonly permitted: CapSet; readonly isEffective: boolean } {
  const isEffective = fcaps?.isEffective ?? false;
  const asGiven = { permitted: given, isEffective };
  if (hasSecurebit(old, "noroot")) return asGiven;
  const isRealRoot = isSameKuid64(old.uid.real, root);
  const isEffectiveRoot = isSameKuid64(euid, root);
  if (fcaps && isEffectiveRoot && !isRealRoot) return asGiven;
  if (!isRealRoot && !isEffectiveRoot) return asGiven;
  return { permitted: old.bounding | old.inheritable, isEffective: isEffective || isEffectiveRoot };
}

/** With no_new_privs neither ids nor permitted capabilities grow. */
function withoutNewPrivs(
  task: Task,
  { euid, egid }: SetidOutcome,
  permitted: CapSet,
  isOther: boolean,
): { readonly euid: Kuid64<"uid">; readonly egid: Kuid64<"gid">; readonly permitted: CapSet } {
  const old = task.cred;
  if (!task.noNewPrivs || (!isOther && isSubsetOf(permitted, old.permitted))) return { euid, egid, permitted };
  return { euid: old.uid.real, egid: old.gid.real, permitted: permitted & old.permitted };
}

/**
 * The new memory image: it belongs to the task's user namespace, or, for a program that the task may not read, to the
 * nearest one from there up in which the file's owners are mapped; and the task can be looked into again, unless it may not read the
 * program or its effective ids are not its real ones.
 */
function startImage(world: World, task: Task, program: Program): void {
  const { uid, gid, userNs } = task.cred;
  task.mmNs = userNs;
  if (!program.isReadable)
    while (task.mmNs.parent && !areOwnersMapped(world, task.mmNs, program, program.table)) task.mmNs = task.mmNs.parent;
  const isItself = isSameKuid64(uid.effective, uid.real) && isSameKuid64(gid.effective, gid.real);
  task.dumpable = program.isReadable && isItself ? 1 : 0;
}

function areOwnersMapped(world: World, ns: UserNamespace, { uid, gid }: Program, table: OwnerTable): boolean {
  return kfsidHasMapping(world, ns, "uid", uid, table) && kfsidHasMapping(world, ns, "gid", gid, table);
}
