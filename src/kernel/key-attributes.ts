import { NO_ID, type UserId } from "../core/id.ts";
import { isSameKuid64, isValidKuid64, showKuid64 } from "../core/kuid64.ts";
import { fileUser } from "./file-user.ts";
import { type GivenKey, lookUpKey } from "./key-lookup.ts";
import { ALL_RIGHTS, RIGHTS_OF } from "./key-permission.ts";
import { mayMoveKey } from "./key-quota.ts";
import { keyUser } from "./key-user.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keyOwnerMapped: {
    sentence: "The new user and group of a key must be mapped in the caller's namespace.",
    source: "keyctl_chown(3): EINVAL; tests/vectors/own/keys.json",
  },
  keyChown: {
    sentence:
      "A key is given to another user, or to a group that the caller is not in, with CAP_SYS_ADMIN in the initial namespace only.",
    source: "keyctl_chown(3): EACCES; tests/vectors/own/keys.json",
  },
  keySetperm: {
    sentence: "What a key grants is set by its user, or with CAP_SYS_ADMIN in the initial namespace.",
    source: "keyctl_setperm(3): EACCES; tests/vectors/own/keys.json",
  },
  keyPermissionBits: {
    sentence: "What a key grants is six bits for each of four.",
    source: "keyctl_setperm(3): EINVAL",
  },
});

/** Every bit that a key may grant. */
const EVERY_BIT = Object.values(RIGHTS_OF).reduce<number>((bits, shift) => bits | (ALL_RIGHTS << shift), 0);

/**
 * `KEYCTL_CHOWN`: what it grants stays, and it counts for its new user.
 *
 * @param uid  NO_ID: it stays
 * @returns EINVAL, EACCES, EDQUOT
 */
export function changeKeyOwner(
  world: World,
  task: Task,
  given: GivenKey,
  uid: UserId<"uid">,
  gid: UserId<"gid">,
): Verdict {
  const { cred } = task;
  if (uid === NO_ID && gid === NO_ID) return allow();
  const to = { uid: makeKid(world, cred.userNs, "uid", uid), gid: makeKid(world, cred.userNs, "gid", gid) };
  if ((uid !== NO_ID && !isValidKuid64(to.uid)) || (gid !== NO_ID && !isValidKuid64(to.gid)))
    return deny("EINVAL", RULES.keyOwnerMapped, `uid ${uid} or gid ${gid} is not mapped in ${cred.userNs.name}`);
  const found = lookUpKey(world, task, given, "setattr", "creates");
  if (!found.ok) return found;
  const { key } = found.value;
  const owner = { uid: uid === NO_ID ? key.owner.uid : to.uid, gid: gid === NO_ID ? key.owner.gid : to.gid };
  const isOtherUser = !isSameKuid64(owner.uid, key.owner.uid);
  const isOtherGroup = !isSameKuid64(owner.gid, key.owner.gid) && !fileUser(world, cred, "id").isIn(owner.gid);
  if ((isOtherUser || isOtherGroup) && !isNsCapable(cred, world.initUserNs, "sys_admin"))
    return deny("EACCES", RULES.keyChown, `from ${showKuid64(key.owner.uid)} to ${showKuid64(owner.uid)}`);
  const room = mayMoveKey(world, key, owner);
  if (!room.ok) return room;
  if (isOtherUser) key.countsFor = owner.uid;
  key.owner = owner;
  return allow(undefined, RULES.keyChown);
}

/** `KEYCTL_SETPERM`. @returns EINVAL, EACCES */
export function setKeyPermissions(world: World, task: Task, given: GivenKey, permissions: number): Verdict {
  if ((permissions & ~EVERY_BIT) !== 0)
    return deny("EINVAL", RULES.keyPermissionBits, (permissions >>> 0).toString(16).padStart(8, "0"));
  const found = lookUpKey(world, task, given, "setattr", "creates");
  if (!found.ok) return found;
  const { key } = found.value;
  const user = keyUser(world, task.cred).uid;
  if (!isSameKuid64(user, key.owner.uid) && !isNsCapable(task.cred, world.initUserNs, "sys_admin"))
    return deny("EACCES", RULES.keySetperm, `${showKuid64(user)} is not ${showKuid64(key.owner.uid)}`);
  key.permissions = permissions;
  return allow(undefined, RULES.keySetperm);
}
