import { NO_ID, type UserId } from "../core/id.ts";
import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { type Capability, capsWithout, FS_CAPS, NO_CAPS } from "./capability.ts";
import { type Cred, type CredIds, type CredParts, hasSecurebit, idsOf, type Role, withIds } from "./cred.ts";
import { exitTask } from "./fork.ts";
import { type FsidPair, fromKfsidMunged, makeKfsid } from "./fsid.ts";
import { isOwnFsid, pairBeside, pairOfId } from "./fsid-cred.ts";
import { isNsCapable } from "./ns-capable.ts";
import { isInPile } from "./pile.ts";
import { policyAllows } from "./safesetid.ts";
import { commitCreds, type Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/** The capability that lets a task take any id of the kind. */
export const SETID_CAP: { readonly [K in OwnerKind]: Capability } = { uid: "setuid", gid: "setgid" };

const RULES = ruleTable({
  idMapped: {
    sentence: "An id must be mapped in the caller's user namespace; this is asked before any permission.",
    source: "setresuid(2), EINVAL; vectors/linux-6.18/2_id_translation.json (tag credcalls)",
  },
  setuidOwnIds: {
    sentence: "Without CAP_SETUID (CAP_SETGID) in its own user namespace a task may only take its real or saved id.",
    source: "setuid(2), setgid(2), EPERM",
  },
  setreuidReal: {
    sentence: "Without the capability, setreuid sets the real id only to the real or effective id.",
    source: "setreuid(2), EPERM",
  },
  setreuidEffective: {
    sentence: "Without the capability, setreuid sets the effective id only to the real, effective or saved id.",
    source: "setreuid(2), EPERM",
  },
  setresuidOwnIds: {
    sentence: "Without the capability, setresuid sets each id only to one of the real, effective and saved ids.",
    source: "setresuid(2), EPERM",
  },
  setfsuidSilent: {
    sentence:
      "setfsuid with an id that is not mapped, or not the caller's to take, changes nothing and gives no error.",
    source: "setfsuid(2)",
  },
  capsFollowRoot: {
    sentence:
      "Leaving user id 0 of the own namespace in all roles clears permitted and effective (unless keep_caps) and ambient; the effective id leaving 0 clears effective, returning to it makes effective what is permitted.",
    source: "capabilities(7), Effect of user ID changes on capabilities",
  },
});

/** May a call without the capability pick the id: is it the task's own, in one of these roles, or in its pile? */
function mayPick<K extends OwnerKind>(cred: Cred, kind: K, kid: Kuid64<K>, roles: readonly Role[]): boolean {
  return isOneOf(kid, idsOf(cred, kind), roles) || isInPile(cred, kind, kid);
}

function isOneOf<K extends OwnerKind>(kid: Kuid64<K>, ids: CredIds<K>, roles: readonly Role[]): boolean {
  return roles.some((role) => isSameKuid64(kid, ids[role]));
}

/** NO_ID leaves an id alone: null. Any other must be mapped. */
function wanted<K extends OwnerKind>(
  world: World,
  cred: Cred,
  kind: K,
  ids: readonly UserId<K>[],
): Verdict<readonly (Kuid64<K> | null)[]> {
  const kids: (Kuid64<K> | null)[] = [];
  for (const id of ids) {
    const kid = id === NO_ID ? null : makeKid(world, cred.userNs, kind, id);
    if (kid && !isValidKuid64(kid)) return deny("EINVAL", RULES.idMapped, notMapped(cred, kind, id));
    kids.push(kid);
  }
  return allow(kids);
}

function notMapped(cred: Cred, kind: OwnerKind, id: number): string {
  return `${kind} ${id} is not mapped in ${cred.userNs.name}`;
}

/** `setuid`, `setgid`. @source setuid(2) */
export function setId<K extends OwnerKind>(world: World, task: Task, kind: K, id: UserId<K>): Verdict {
  const old = task.cred;
  const kid = makeKid(world, old.userNs, kind, id);
  if (!isValidKuid64(kid)) return deny("EINVAL", RULES.idMapped, notMapped(old, kind, id));
  const pair = pairOfId(world, old.userNs, kind, id, kid);
  if (!pair.ok) return pair;
  const ids = idsOf(old, kind);
  if (isNsCapable(old, old.userNs, SETID_CAP[kind]))
    return change(world, task, kind, { real: kid, effective: kid, saved: kid, ...pair.value });
  if (!mayPick(old, kind, kid, ["real", "saved"]))
    return deny("EPERM", RULES.setuidOwnIds, `${showKuid64(kid)} is neither the real nor the saved ${kind}`);
  return change(world, task, kind, { real: ids.real, effective: kid, saved: ids.saved, ...pair.value });
}

/** `setreuid`, `setregid`; NO_ID leaves an id alone. @source setreuid(2) */
export function setReId<K extends OwnerKind>(
  world: World,
  task: Task,
  kind: K,
  realId: UserId<K>,
  effectiveId: UserId<K>,
): Verdict {
  const old = task.cred;
  const kids = wanted(world, old, kind, [realId, effectiveId]);
  if (!kids.ok) return kids;
  const [real = null, effective = null] = kids.value;
  const pair = pairAfter(world, old, kind, effectiveId, effective);
  if (!pair.ok) return pair;
  const ids = idsOf(old, kind);
  const isCapable = isNsCapable(old, old.userNs, SETID_CAP[kind]);
  if (real && !isCapable && !mayPick(old, kind, real, ["real", "effective"]))
    return deny("EPERM", RULES.setreuidReal, `${showKuid64(real)} is neither the real nor the effective ${kind}`);
  if (effective && !isCapable && !mayPick(old, kind, effective, ["real", "effective", "saved"]))
    return deny("EPERM", RULES.setreuidEffective, `${showKuid64(effective)} is no ${kind} of the caller's`);
  const now = effective ?? ids.effective;
  const takesSaved = real !== null || (effective !== null && !isSameKuid64(effective, ids.real));
  return change(world, task, kind, {
    real: real ?? ids.real,
    effective: now,
    saved: takesSaved ? now : ids.saved,
    ...pair.value,
  });
}

/** Both copies of the fs id for the effective id that a call names, or leaves alone. */
function pairAfter<K extends OwnerKind>(
  world: World,
  old: Cred,
  kind: K,
  id: UserId<K>,
  effective: Kuid64<K> | null,
): Verdict<FsidPair<K>> {
  return effective
    ? pairOfId(world, old.userNs, kind, id, effective)
    : pairBeside(world, old.userNs, kind, idsOf(old, kind).effective);
}

/** `setresuid`, `setresgid`; NO_ID leaves an id alone. @source setresuid(2) */
export function setResId<K extends OwnerKind>(
  world: World,
  task: Task,
  kind: K,
  realId: UserId<K>,
  effectiveId: UserId<K>,
  savedId: UserId<K>,
): Verdict {
  const old = task.cred;
  const kids = wanted(world, old, kind, [realId, effectiveId, savedId]);
  if (!kids.ok) return kids;
  const [real = null, effective = null, saved = null] = kids.value;
  const pair = pairAfter(world, old, kind, effectiveId, effective);
  if (!pair.ok) return pair;
  const ids = idsOf(old, kind);
  const isKept = (kid: Kuid64<K> | null, role: Role) => kid === null || isSameKuid64(kid, ids[role]);
  if (
    isKept(real, "real") &&
    isKept(effective, "effective") &&
    (effective === null || isSameKuid64(pair.value.fs, ids.fs)) &&
    isKept(saved, "saved")
  )
    return allow();
  const foreign = [real, effective, saved].find(
    (kid) => kid && !mayPick(old, kind, kid, ["real", "effective", "saved"]),
  );
  if (foreign && !isNsCapable(old, old.userNs, SETID_CAP[kind]))
    return deny("EPERM", RULES.setresuidOwnIds, `${showKuid64(foreign)} is no ${kind} of the caller's`);
  const now = effective ?? ids.effective;
  return change(world, task, kind, {
    real: real ?? ids.real,
    effective: now,
    saved: saved ?? ids.saved,
    ...pair.value,
  });
}

/**
 * `setfsuid`, `setfsgid`.
 *
 * @returns the filesystem id before the call, as the caller is shown it; the call itself never fails
 * @source setfsuid(2)
 */
export function setFsId<K extends OwnerKind>(world: World, task: Task, kind: K, id: UserId<K>): Verdict<number> {
  const old = task.cred;
  const ids = idsOf(old, kind);
  const shown = fromKfsidMunged(world, old.userNs, kind, ids.fs, "fs");
  const kid = makeKid(world, old.userNs, kind, id);
  if (!isValidKuid64(kid)) return allow(shown, RULES.setfsuidSilent);
  const pair = pairOfId(world, old.userNs, kind, id, kid);
  if (!pair.ok) return allow(shown, RULES.setfsuidSilent);
  const isOwn = isOwnFsid(world, pair.value, ids) || isInPile(old, kind, kid);
  if (!isOwn && !isNsCapable(old, old.userNs, SETID_CAP[kind])) return allow(shown, RULES.setfsuidSilent);
  const { real, effective, saved } = ids;
  const caps = kind === "uid" ? fsCapsFix(world, old, pair.value.fs) : {};
  const committed = commitIds(world, task, kind, { real, effective, saved, ...pair.value }, caps);
  return committed.ok ? allow(shown) : committed;
}

function change<K extends OwnerKind>(world: World, task: Task, kind: K, ids: CredIds<K>): Verdict {
  if (kind !== "uid") {
    return commitIds(world, task, kind, ids, {});
  }
  const caps = capsAfterSetuid(world, task.cred, ids);
  const committed = commitIds(world, task, kind, ids, caps);
  return committed.ok && caps !== UNCHANGED ? allow(undefined, RULES.capsFollowRoot) : committed;
}

/** @returns EACCES for a task that a SafeSetID policy kills, which then never comes to see it */
function commitIds<K extends OwnerKind>(
  world: World,
  task: Task,
  kind: K,
  ids: CredIds<K>,
  caps: Partial<CredParts>,
): Verdict {
  const allowed = policyAllows(world, task.cred, kind, ids);
  if (!allowed.ok) {
    exitTask(world, task, "killed");
    return allowed;
  }
  commitCreds(world, task, { ...withIds(task.cred, kind, ids), ...caps });
  return allowed;
}

const UNCHANGED: Partial<CredParts> = {};

/**
 * The capability sets after a change of user ids. "Root" is the kernel id of uid 0 in the task's own namespace; where
 * none is mapped, nobody is root.
 */
function capsAfterSetuid(world: World, old: Cred, now: CredIds<OwnerKind>): Partial<CredParts> {
  if (hasSecurebit(old, "no_setuid_fixup")) return UNCHANGED;
  const root = makeKid(world, old.userNs, "uid", 0);
  const wasRoot = isOneOf(root, old.uid, ["real", "effective", "saved"]);
  const isRoot = isOneOf(root, now, ["real", "effective", "saved"]);
  const wasEffective = isSameKuid64(old.uid.effective, root);
  const isEffective = isSameKuid64(now.effective, root);
  let { effective, permitted, ambient } = old;
  if (wasRoot && !isRoot) {
    if (!hasSecurebit(old, "keep_caps")) permitted = effective = NO_CAPS;
    ambient = NO_CAPS;
  }
  if (wasEffective && !isEffective) effective = NO_CAPS;
  if (!wasEffective && isEffective) effective = permitted;
  const isSame = effective === old.effective && permitted === old.permitted && ambient === old.ambient;
  return isSame ? UNCHANGED : { effective, permitted, ambient };
}

/** The capabilities over files follow the filesystem user id, an id of files. @source capabilities(7) */
function fsCapsFix(world: World, old: Cred, fs: Kuid64): Partial<CredParts> {
  if (hasSecurebit(old, "no_setuid_fixup")) return UNCHANGED;
  const root = makeKfsid(world, old.userNs, "uid", 0, "fs");
  const wasRoot = isSameKuid64(old.uid.fs, root);
  const isRoot = isSameKuid64(fs, root);
  if (wasRoot && !isRoot) return { effective: capsWithout(old.effective, FS_CAPS) };
  if (!wasRoot && isRoot) return { effective: old.effective | (old.permitted & FS_CAPS) };
  return UNCHANGED;
}
