import { NO_ID, type UserId } from "../core/id.ts";
import { isSameKuid64, isValidKuid64, showKuid64 } from "../core/kuid64.ts";
import type { Key } from "./key.ts";
import { linkFound } from "./key-link.ts";
import { type GivenKey, lookUpKeyring } from "./key-lookup.ts";
import { GRANTS, NO_GROUP, newKey, registersOf } from "./new-key.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Task } from "./task.ts";
import { fromKid, makeKid } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  persistentOwn: {
    sentence:
      "The persistent keyring of a user is given to the user, by real or effective id, and with CAP_SETUID in the caller's namespace; it is of that namespace.",
    source: "persistent-keyring(7), keyctl_get_persistent(3): EPERM; vectors/isolated/scenarios.json (E01)",
  },
  persistentMapped: {
    sentence: "The user must be mapped in the caller's namespace.",
    source: "keyctl_get_persistent(3): EINVAL",
  },
});

/**
 * `KEYCTL_GET_PERSISTENT`: the keyring that outlives the processes of a user, put into another. It counts for nobody, and
 * that it expires is not modelled.
 *
 * @param uid  NO_ID: the caller's real user
 * @returns EINVAL, EPERM, EACCES, EDQUOT
 */
export function getPersistent(world: World, task: Task, uid: UserId<"uid">, into: GivenKey): Verdict<Key> {
  const { cred } = task;
  const { userNs } = cred;
  const kuid = uid === NO_ID ? cred.uid.real : makeKid(world, userNs, "uid", uid);
  if (!isValidKuid64(kuid)) return deny("EINVAL", RULES.persistentMapped, `uid ${uid} is not mapped in ${userNs.name}`);
  const isOwn = isSameKuid64(kuid, cred.uid.real) || isSameKuid64(kuid, cred.uid.effective);
  if (!isOwn && !isNsCapable(cred, userNs, "setuid"))
    return deny("EPERM", RULES.persistentOwn, `${showKuid64(kuid)} is not the caller's`);
  const keyring = lookUpKeyring(world, task, into);
  if (!keyring.ok) return keyring;
  const { persistent } = registersOf(world, userNs);
  const description = `_persistent.${fromKid(world, userNs, "uid", kuid)}`;
  const owner = { uid: kuid, gid: NO_GROUP };
  const key =
    persistent.get(description) ??
    newKey(world, task, { type: "keyring", description, owner, permissions: GRANTS.persistent, isCounted: false });
  persistent.set(description, key);
  const linked = linkFound(world, task, { key, isPossessed: true }, keyring.value.key);
  return linked.ok ? allow(key, RULES.persistentOwn) : linked;
}
