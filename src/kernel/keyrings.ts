import { NO_ID } from "../core/id.ts";
import { CLASSICAL, type Kuid64 } from "../core/kuid64.ts";
import { type Key, type KeyRef, type KeyRegisters, linkName } from "./key.ts";
import { ALL_RIGHTS, KEY_MAY, keyPermission, RIGHTS_OF } from "./key-permission.ts";
import { mayCountKey, mayHoldLink } from "./key-quota.ts";
import { searchKeyring } from "./key-search.ts";
import type { Task } from "./task.ts";
import { fromKid } from "./uidgid.ts";
import type { OwnerIds, UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/*
 * The keyrings that are asked for by what they are, not by a number: those of a process, of its session, and of its real
 * user in its user namespace.
 */

const RULES = ruleTable({
  keyringThere: {
    sentence:
      "The keyring of a thread or of a process is made when something is to be put into it, not to be looked at.",
    source: "keyrings(7), thread-keyring(7), process-keyring(7): ENOKEY",
  },
  userKeyringFound: {
    sentence: "A user who takes search from a keyring of their own finds it no more, and gets no other.",
    source: "vectors of this project, keys.json: ENOKEY",
  },
  userKeyring: {
    sentence:
      "The keyrings of a user are those of the real user id, found by its number in the caller's user namespace, which has a register of its own.",
    source: "user-keyring(7), user-session-keyring(7); vectors/isolated/scenarios.json (E01, Q03)",
  },
});

/** How the keyrings are written. @source keyctl(1), Key identifiers */
export const SPECIAL_KEYRINGS = ["@t", "@p", "@s", "@u", "@us"] as const;
export type SpecialKeyring = (typeof SPECIAL_KEYRINGS)[number];

const possessor = (rights: number) => rights << RIGHTS_OF.possessor;
const user = (rights: number) => rights << RIGHTS_OF.user;

/** What each keyring that the kernel makes grants. */
export const GRANTS = {
  process: possessor(ALL_RIGHTS) | user(KEY_MAY.view),
  session: possessor(ALL_RIGHTS) | user(KEY_MAY.view | KEY_MAY.read),
  named: possessor(ALL_RIGHTS) | user(KEY_MAY.view | KEY_MAY.read | KEY_MAY.link),
  ofUser: possessor(ALL_RIGHTS & ~KEY_MAY.setattr) | user(ALL_RIGHTS),
  persistent: possessor(ALL_RIGHTS & ~KEY_MAY.setattr) | user(KEY_MAY.view | KEY_MAY.read),
  register: possessor(KEY_MAY.write | KEY_MAY.search) | user(KEY_MAY.view | KEY_MAY.read),
} as const;

/** The group of a keyring that is of a user alone. */
export const NO_GROUP: Kuid64<"gid"> = { id: NO_ID, number: CLASSICAL };

/** A keyring that is in no other yet. */
export function newKeyring(
  { cred }: Task,
  description: string,
  owner: OwnerIds,
  permissions: number,
  isCounted = true,
): Key {
  const madeIn = cred.userNs;
  return { type: "keyring", description, owner, permissions, payloadBytes: 0, isCounted, links: new Map(), madeIn };
}

/** Real ids own what a process is given without asking. */
export function realOwner({ cred }: Task): OwnerIds {
  return { uid: cred.uid.real, gid: cred.gid.real };
}

/** Put a key into a keyring, where its owner has room. @returns EDQUOT */
export function linkKey(world: World, keyring: Key, key: Key): Verdict {
  const room = mayHoldLink(world, keyring, key);
  if (room.ok) keyring.links.set(linkName(key), key);
  return room;
}

/** A counted key that is made and put into a keyring. @returns EDQUOT */
export function makeIn(world: World, keyring: Key, key: Key): Verdict<Key> {
  const room = mayCountKey(world, key);
  if (!room.ok) return room;
  const linked = linkKey(world, keyring, key);
  return linked.ok ? allow(key, room.rule) : linked;
}

/** The registers of a user namespace, those that are there. */
export function registersOf({ keyRegisters }: World, ns: UserNamespace): KeyRegisters {
  const registers = keyRegisters.get(ns) ?? { users: null, persistent: null };
  keyRegisters.set(ns, registers);
  return registers;
}

interface UserKeyrings {
  readonly user: Key;
  readonly session: Key;
}

/** `look_up_user_keyrings`: both keyrings of the real user, made where there are none. @returns EDQUOT, ENOKEY */
function userKeyrings(world: World, task: Task): Verdict<UserKeyrings> {
  const { userNs, uid } = task.cred;
  const registers = registersOf(world, userNs);
  const owner = { uid: uid.real, gid: NO_GROUP };
  if (!registers.users) {
    const register = newKeyring(task, ".user_reg", { uid: userNs.owner.uid, gid: NO_GROUP }, GRANTS.register);
    const room = mayCountKey(world, register);
    if (!room.ok) return room;
    registers.users = register;
  }
  const register = registers.users;
  const shown = fromKid(world, userNs, "uid", uid.real);
  const named = (description: string) => {
    const key = register.links.get(linkName({ type: "keyring", description }));
    if (!key) return makeIn(world, register, newKeyring(task, description, owner, GRANTS.ofUser));
    const granted = keyPermission(world, task.cred, { key, isPossessed: true }, "search");
    return granted.ok ? allow(key) : deny("ENOKEY", RULES.userKeyringFound, granted.because);
  };
  const user = named(`_uid.${shown}`);
  if (!user.ok) return user;
  const isNew = userSessionThere(world, task) === null;
  const session = named(`_uid_ses.${shown}`);
  if (!session.ok) return session;
  const linked = isNew ? linkKey(world, session.value, user.value) : allow();
  return linked.ok ? allow({ user: user.value, session: session.value }, RULES.userKeyring) : linked;
}

/** The user session keyring, where it was made before. */
function userSessionThere(world: World, { cred }: Task): Key | null {
  const shown = fromKid(world, cred.userNs, "uid", cred.uid.real);
  const register = world.keyRegisters.get(cred.userNs)?.users;
  return register?.links.get(linkName({ type: "keyring", description: `_uid_ses.${shown}` })) ?? null;
}

/** A session keyring without a name, for the task alone and what it forks. @returns EDQUOT where it has one already */
export function joinNewSession(world: World, task: Task): Verdict<Key> {
  const session = newKeyring(task, "_ses", realOwner(task), GRANTS.session);
  const room = task.keyrings.session ? mayCountKey(world, session) : allow();
  if (!room.ok) return room;
  task.keyrings.session = session;
  return allow(session);
}

/** The session keyring; a task without one is given that of its user to look at, and a new one to put something into. */
function sessionKeyring(world: World, task: Task, creates: boolean): Verdict<Key> {
  const { session } = task.keyrings;
  if (session && !(creates && session === userSessionThere(world, task))) return allow(session);
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

/**
 * `lookup_user_key` of a keyring by what it is: whoever asks possesses it.
 *
 * @param creates  is something to be put into it?
 * @returns ENOKEY, EDQUOT
 */
export function specialKeyring(world: World, task: Task, which: SpecialKeyring, creates: boolean): Verdict<KeyRef> {
  const found = keyOf(world, task, which, creates);
  return found.ok ? allow({ key: found.value, isPossessed: true }, found.rule) : found;
}

const OWN = { "@t": { slot: "thread", description: "_tid" }, "@p": { slot: "process", description: "_pid" } } as const;

function keyOf(world: World, task: Task, which: SpecialKeyring, creates: boolean): Verdict<Key> {
  if (which === "@s") return sessionKeyring(world, task, creates);
  if (which === "@t" || which === "@p") {
    const { slot, description } = OWN[which];
    if (!task.keyrings[slot] && creates)
      task.keyrings[slot] = newKeyring(task, description, realOwner(task), GRANTS.process);
    const own = task.keyrings[slot];
    return own ? allow(own) : deny("ENOKEY", RULES.keyringThere, `${task.name} has no ${slot} keyring`);
  }
  const ofUser = userKeyrings(world, task);
  if (!ofUser.ok) return ofUser;
  return allow(which === "@u" ? ofUser.value.user : ofUser.value.session, ofUser.rule);
}

/**
 * Does the task possess a key: is it found by search from the keyrings of its thread, process and session, or of its
 * user's session where it has no other?
 */
export function possesses(world: World, task: Task, key: Key): boolean {
  const { thread, process, session } = task.keyrings;
  return [thread, process, session ?? userSessionThere(world, task)].some(
    (root) => root !== null && searchKeyring(world, task.cred, { key: root, isPossessed: true }, key).ok,
  );
}
