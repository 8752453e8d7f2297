import type { Key } from "./key.ts";
import { mayNameKeyring } from "./key-name.ts";
import { keyPermission } from "./key-permission.ts";
import { livingKeys, mayMake } from "./key-quota.ts";
import { GRANTS, newKey, realOwner, registersOf } from "./new-key.ts";
import type { Task } from "./task.ts";
import { hasMapping } from "./uidgid.ts";
import { userKeyrings } from "./user-keyrings.ts";
import { allow, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  sessionNamed: {
    sentence:
      "A session keyring is joined by its name where it was made in the caller's user namespace, its user is mapped there, and it grants search without possession; of several the first that was made; else one is made.",
    source: "keyctl_join_session_keyring(3); tests/vectors/own/keys.json",
  },
});

/** `KEYCTL_JOIN_SESSION_KEYRING`. @param name  null: a new one without a name @returns EDQUOT, EINVAL, EPERM */
export function joinSession(world: World, task: Task, name: string | null): Verdict<Key> {
  if (name === null) return joinNewSession(world, task);
  const named = mayNameKeyring(name);
  if (!named.ok) return named;
  const there = keyringNamed(world, task, name);
  if (there) {
    task.keyrings.session = there;
    return allow(there, RULES.sessionNamed);
  }
  const owner = realOwner(task);
  const session = newKey(world, task, { type: "keyring", description: name, owner, permissions: GRANTS.named });
  const room = mayMake(world, session);
  if (!room.ok) return room;
  task.keyrings.session = session;
  return allow(session, RULES.sessionNamed);
}

/** `find_keyring_by_name` */
function keyringNamed(world: World, { cred }: Task, name: string): Key | undefined {
  const { userNs } = cred;
  const living = livingKeys(world);
  return registersOf(world, userNs).keyrings.find(
    (key) =>
      key.description === name &&
      living.has(key) &&
      hasMapping(world, userNs, "uid", key.countsFor) &&
      keyPermission(world, cred, { key, isPossessed: false }, "search").ok,
  );
}

/** A session keyring without a name, for the task alone and what it forks. @returns EDQUOT where it has one already */
function joinNewSession(world: World, task: Task): Verdict<Key> {
  const owner = realOwner(task);
  const session = newKey(world, task, { type: "keyring", description: "_ses", owner, permissions: GRANTS.session });
  const room = task.keyrings.session ? mayMake(world, session) : allow();
  if (!room.ok) return room;
  task.keyrings.session = session;
  return allow(session);
}

/**
 * The session keyring, as it is asked for by what it is. A task without one is given that of its user to look at, and a
 * new one to put something into; so is one whose session is a keyring of a user.
 *
 * @returns EDQUOT, EACCES
 */
export function sessionKeyring(world: World, task: Task, creates: boolean): Verdict<Key> {
  const { session } = task.keyrings;
  if (session && !(creates && session.isOfUser)) return allow(session);
  if (!session) {
    const ofUser = userKeyrings(world, task);
    if (!ofUser.ok) return ofUser;
    if (!creates) {
      task.keyrings.session = ofUser.value.session;
      return allow(ofUser.value.session);
    }
  }
  return joinNewSession(world, task);
}
