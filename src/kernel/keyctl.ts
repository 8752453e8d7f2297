import { NO_ID, type UserId } from "../core/id.ts";
import { isSameKuid64, isValidKuid64, showKuid64 } from "../core/kuid64.ts";
import { fileUser } from "./file-user.ts";
import { type Key, type KeyRef, type KeyType, linkName } from "./key.ts";
import { ALL_RIGHTS, KEY_MAY, type KeyRight, keyPermission, keyUser, RIGHTS_OF } from "./key-permission.ts";
import { livingKeys, mayCountKey, mayHoldBytes, mayHoldLink, mayMoveKey } from "./key-quota.ts";
import { mayNest, searchKeyring } from "./key-search.ts";
import {
  GRANTS,
  joinNewSession,
  newKeyring,
  possesses,
  realOwner,
  type SpecialKeyring,
  specialKeyring,
} from "./keyrings.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Task } from "./task.ts";
import { fromKidMunged, hasMapping, makeKid } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keyExists: { sentence: "A key that is asked about must exist.", source: "keyctl(2): ENOKEY" },
  keyringHolds: { sentence: "Only a keyring holds keys.", source: "keyctl(2): ENOTDIR" },
  keyPayload: {
    sentence: "A keyring is made without a payload, a key of a user with 1 to 32767 bytes.",
    source: "add_key(2): EINVAL; tests/vectors/own/keys.json",
  },
  keyLinked: { sentence: "What is taken out of a keyring must be in it.", source: "keyctl_unlink(3): ENOENT" },
  keyRead: {
    sentence: "A key is read by whoever it grants that, and by whoever possesses it.",
    source: "keyctl_read(3): EACCES; tests/vectors/own/keys.json",
  },
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
  sessionNamed: {
    sentence:
      "A session keyring is joined by its name where it was made in the caller's user namespace, its user is mapped there, and it grants search without possession; else one is made.",
    source: "keyctl_join_session_keyring(3); tests/vectors/own/keys.json",
  },
});

/** A key that somebody has the number of; null: of no key. */
export interface NumberedKey {
  readonly name: string;
  readonly key: Key | null;
}

/** A key as a call is given it: a keyring by what it is, or a key by its number. */
export type GivenKey = SpecialKeyring | NumberedKey;

/** Every bit that a key may grant. */
const EVERY_BIT = Object.values(RIGHTS_OF).reduce<number>((bits, shift) => bits | (ALL_RIGHTS << shift), 0);

/** What is added to a keyring grants its user no more than to look at it; the possessor all. */
const GRANTS_OF_ADDED = (ALL_RIGHTS << RIGHTS_OF.possessor) | (KEY_MAY.view << RIGHTS_OF.user);

/**
 * `lookup_user_key`: a key as the task has it.
 *
 * @param right    what is asked of it; null: nothing yet
 * @param creates  is a keyring made that is not there?
 * @returns ENOKEY for one that is gone, EACCES, EDQUOT
 */
function lookUp(
  world: World,
  task: Task,
  given: GivenKey,
  right: KeyRight | null,
  creates: "creates" | "finds" = "finds",
): Verdict<KeyRef> {
  const found =
    typeof given === "string" ? specialKeyring(world, task, given, creates === "creates") : there(world, task, given);
  if (!found.ok || right === null) return found;
  const granted = keyPermission(world, task.cred, found.value, right);
  return granted.ok ? allow(found.value, granted.rule) : granted;
}

function there(world: World, task: Task, { name, key }: NumberedKey): Verdict<KeyRef> {
  if (!key || !livingKeys(world).has(key)) return deny("ENOKEY", RULES.keyExists, `there is no "${name}"`);
  return allow({ key, isPossessed: possesses(world, task, key) });
}

/** A keyring that something is to be put into. @returns EACCES, EDQUOT, ENOTDIR */
export function lookUpKeyring(world: World, task: Task, given: GivenKey): Verdict<KeyRef> {
  const found = lookUp(world, task, given, "write", "creates");
  return found.ok && found.value.key.type !== "keyring" ? notKeyring(found.value.key) : found;
}

function notKeyring({ description }: Key): Verdict<never> {
  return deny("ENOTDIR", RULES.keyringHolds, `"${description}" is none`);
}

/** The fewest and the most bytes of each type. */
const PAYLOADS = { user: [1, 32_767], keyring: [0, 0] } as const;

/** What a key is to be. */
export interface NewKey {
  readonly type: KeyType;
  readonly description: string;
  readonly payloadBytes: number;
}

/**
 * `add_key`: a key of the caller's filesystem ids in a keyring; one of bytes that is there under this name gets the new
 * bytes, and stays whose it was.
 *
 * @returns EACCES, EDQUOT, ENOTDIR, ENOKEY, EINVAL
 */
export function addKey(world: World, task: Task, made: NewKey, into: GivenKey): Verdict<Key> {
  const ring = lookUpKeyring(world, task, into);
  if (!ring.ok) return ring;
  const [least, most] = PAYLOADS[made.type];
  if (made.payloadBytes < least || made.payloadBytes > most)
    return deny("EINVAL", RULES.keyPayload, `${made.payloadBytes} bytes`);
  const { key: keyring, isPossessed } = ring.value;
  const held = keyring.links.get(linkName(made));
  if (held && made.type === "user") {
    const writes = keyPermission(world, task.cred, { key: held, isPossessed }, "write");
    const room = writes.ok ? mayHoldBytes(world, held, made.payloadBytes) : writes;
    if (!room.ok) return room;
    held.payloadBytes = made.payloadBytes;
    return allow(held, writes.rule);
  }
  const key: Key = {
    ...newKeyring(task, made.description, keyUser(world, task.cred), GRANTS_OF_ADDED),
    type: made.type,
    payloadBytes: made.payloadBytes,
  };
  const room = mayCountKey(world, key);
  const link = room.ok ? mayHoldLink(world, keyring, key) : room;
  if (!link.ok) return link;
  keyring.links.set(linkName(key), key);
  return allow(key, ring.rule);
}

/** What is told of a key; the owner as the caller is shown it. */
export interface KeyDescription {
  readonly type: KeyType;
  readonly uid: number;
  readonly gid: number;
  readonly permissions: number;
  readonly description: string;
}

/** `KEYCTL_DESCRIBE`. @returns ENOKEY, EACCES */
export function describeKey(world: World, task: Task, given: GivenKey): Verdict<KeyDescription> {
  const found = lookUp(world, task, given, "view");
  if (!found.ok) return found;
  const { type, description, permissions, owner } = found.value.key;
  const { userNs } = task.cred;
  const uid = fromKidMunged(world, userNs, "uid", owner.uid);
  const gid = fromKidMunged(world, userNs, "gid", owner.gid);
  return allow({ type, uid, gid, permissions, description }, found.rule);
}

/** How long the number of a key is. */
const NUMBER_BYTES = 4;

/** `KEYCTL_READ`: how many bytes are read; of a keyring the numbers of its keys. @returns ENOKEY, EACCES */
export function readKey(world: World, task: Task, given: GivenKey): Verdict<number> {
  const found = lookUp(world, task, given, null);
  if (!found.ok) return found;
  const { key, isPossessed } = found.value;
  const granted = keyPermission(world, task.cred, found.value, "read");
  if (granted.ok || isPossessed) return allow(key.payloadBytes + key.links.size * NUMBER_BYTES, RULES.keyRead);
  return deny("EACCES", RULES.keyRead, granted.because);
}

/**
 * `KEYCTL_SEARCH`: a key in a keyring and in those below, put into another where one is named.
 *
 * @returns ENOKEY, EACCES, EDQUOT, ENOTDIR
 */
export function searchKey(
  world: World,
  task: Task,
  given: GivenKey,
  wanted: Pick<NewKey, "type" | "description">,
  into: GivenKey | null,
): Verdict<Key> {
  const ring = lookUp(world, task, given, "search");
  if (!ring.ok) return ring;
  const to = into === null ? null : lookUp(world, task, into, "write", "creates");
  if (to?.ok === false) return to;
  if (ring.value.key.type !== "keyring") return notKeyring(ring.value.key);
  const found = searchKeyring(world, task.cred, ring.value, wanted);
  if (!found.ok) return found;
  if (to) {
    const linked = linkFound(world, task, found.value, to.value.key);
    if (!linked.ok) return linked;
  }
  return allow(found.value.key, found.rule);
}

/** Put a key that was found into a keyring. @returns EACCES, EDQUOT, EDEADLK, ELOOP */
export function linkFound(world: World, task: Task, found: KeyRef, keyring: Key): Verdict {
  const granted = keyPermission(world, task.cred, found, "link");
  return granted.ok ? link(world, keyring, found.key) : granted;
}

function link(world: World, keyring: Key, key: Key): Verdict {
  if (keyring.type !== "keyring") return notKeyring(keyring);
  const nests = mayNest(keyring, key);
  const room = nests.ok ? mayHoldLink(world, keyring, key) : nests;
  if (room.ok) keyring.links.set(linkName(key), key);
  return room;
}

/** `KEYCTL_LINK`: from then on there is a way to the key through this keyring. @returns EACCES, EDQUOT, EDEADLK, ELOOP */
export function linkKeyInto(world: World, task: Task, given: GivenKey, into: GivenKey): Verdict {
  const keyring = lookUp(world, task, into, "write", "creates");
  if (!keyring.ok) return keyring;
  const found = lookUp(world, task, given, "link", "creates");
  return found.ok ? link(world, keyring.value.key, found.value.key) : found;
}

/** `KEYCTL_UNLINK`: of the key itself nothing is asked but its name; another that took its place goes too. @returns EACCES, ENOENT, ENOTDIR */
export function unlinkKey(world: World, task: Task, given: GivenKey, from: GivenKey): Verdict {
  const keyring = lookUp(world, task, from, "write");
  if (!keyring.ok) return keyring;
  const found = lookUp(world, task, given, null);
  if (!found.ok) return found;
  const { key } = keyring.value;
  if (key.type !== "keyring") return notKeyring(key);
  return key.links.delete(linkName(found.value.key))
    ? allow(undefined, keyring.rule)
    : deny("ENOENT", RULES.keyLinked, `not in "${key.description}"`);
}

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
  const found = lookUp(world, task, given, "setattr", "creates");
  if (!found.ok) return found;
  const { key } = found.value;
  const owner = { uid: uid === NO_ID ? key.owner.uid : to.uid, gid: gid === NO_ID ? key.owner.gid : to.gid };
  const isOtherUser = !isSameKuid64(owner.uid, key.owner.uid);
  const isOtherGroup = !isSameKuid64(owner.gid, key.owner.gid) && !fileUser(world, cred, "id").isIn(owner.gid);
  if ((isOtherUser || isOtherGroup) && !isNsCapable(cred, world.initUserNs, "sys_admin"))
    return deny("EACCES", RULES.keyChown, `from ${showKuid64(key.owner.uid)} to ${showKuid64(owner.uid)}`);
  const room = mayMoveKey(world, key, owner);
  if (!room.ok) return room;
  key.owner = owner;
  return allow(undefined, RULES.keyChown);
}

/** `KEYCTL_SETPERM`. @returns EINVAL, EACCES */
export function setKeyPermissions(world: World, task: Task, given: GivenKey, permissions: number): Verdict {
  if ((permissions & ~EVERY_BIT) !== 0)
    return deny("EINVAL", RULES.keyPermissionBits, (permissions >>> 0).toString(16).padStart(8, "0"));
  const found = lookUp(world, task, given, "setattr", "creates");
  if (!found.ok) return found;
  const { key } = found.value;
  const user = keyUser(world, task.cred).uid;
  if (!isSameKuid64(user, key.owner.uid) && !isNsCapable(task.cred, world.initUserNs, "sys_admin"))
    return deny("EACCES", RULES.keySetperm, `${showKuid64(user)} is not ${showKuid64(key.owner.uid)}`);
  key.permissions = permissions;
  return allow(undefined, RULES.keySetperm);
}

/**
 * `KEYCTL_JOIN_SESSION_KEYRING`
 *
 * @param name  null: a new one without a name
 * @returns EDQUOT
 */
export function joinSession(world: World, task: Task, name: string | null): Verdict<Key> {
  if (name === null) return joinNewSession(world, task);
  const { cred } = task;
  for (const key of livingKeys(world)) {
    if (key.type !== "keyring" || key.description !== name || key.madeIn !== cred.userNs) continue;
    if (!hasMapping(world, cred.userNs, "uid", key.owner.uid)) continue;
    if (!keyPermission(world, cred, { key, isPossessed: false }, "search").ok) continue;
    task.keyrings.session = key;
    return allow(key, RULES.sessionNamed);
  }
  const session = newKeyring(task, name, realOwner(task), GRANTS.named);
  const room = mayCountKey(world, session);
  if (!room.ok) return room;
  task.keyrings.session = session;
  return allow(session, RULES.sessionNamed);
}
