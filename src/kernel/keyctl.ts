import { type Key, type KeyIndex, type KeyType, linkName } from "./key.ts";
import { linkFound } from "./key-link.ts";
import { type GivenKey, lookUpKey, lookUpKeyring, notKeyring } from "./key-lookup.ts";
import { hasName, mayAskFor, mayName } from "./key-name.ts";
import { ALL_RIGHTS, KEY_MAY, keyPermission, RIGHTS_OF } from "./key-permission.ts";
import { mayHoldBytes } from "./key-quota.ts";
import { searchKeyring } from "./key-search.ts";
import { keyUser } from "./key-user.ts";
import { makeIn, newKey } from "./new-key.ts";
import type { Task } from "./task.ts";
import { fromKidMunged } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keyPayload: {
    sentence: "A keyring is made without a payload, a key of a user with 1 to 32767 bytes.",
    source: "add_key(2): EINVAL; tests/vectors/own/keys.json",
  },
  keyRead: {
    sentence: "A key is read by whoever it grants that, and by whoever possesses it.",
    source: "keyctl_read(3): EACCES; tests/vectors/own/keys.json",
  },
});

/** What is added to a keyring grants its user no more than to look at it; the possessor all. */
const GRANTS_OF_ADDED = (ALL_RIGHTS << RIGHTS_OF.possessor) | (KEY_MAY.view << RIGHTS_OF.user);

/** The fewest and the most bytes of each type. */
const PAYLOADS = { user: [1, 32_767], keyring: [0, 0] } as const;

/** What a key is to be. */
export interface NewKey extends KeyIndex {
  readonly payloadBytes: number;
}

/**
 * `add_key`: a key of the caller's filesystem ids in a keyring; one of bytes that is there under this name gets the new
 * bytes, and stays whose it was.
 *
 * @returns EINVAL, EPERM, EACCES, EDQUOT, ENOTDIR, ENOKEY
 */
export function addKey(world: World, task: Task, made: NewKey, into: GivenKey): Verdict<Key> {
  const named = mayName(made);
  if (!named.ok) return named;
  const ring = lookUpKeyring(world, task, into);
  if (!ring.ok) return ring;
  const [least, most] = PAYLOADS[made.type];
  if (made.payloadBytes < least || made.payloadBytes > most)
    return deny("EINVAL", RULES.keyPayload, `${made.payloadBytes} bytes`);
  const has = hasName(made);
  if (!has.ok) return has;
  const { key: keyring, isPossessed } = ring.value;
  const held = keyring.links.get(linkName(made));
  if (held && made.type === "user") {
    const writes = keyPermission(world, task.cred, { key: held, isPossessed }, "write");
    const room = writes.ok ? mayHoldBytes(world, held, made.payloadBytes) : writes;
    if (!room.ok) return room;
    held.payloadBytes = made.payloadBytes;
    return allow(held, writes.rule);
  }
  const owner = keyUser(world, task.cred);
  const key = newKey(world, task, { ...made, owner, permissions: GRANTS_OF_ADDED });
  return makeIn(world, keyring, key);
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
  const found = lookUpKey(world, task, given, "view");
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
  const found = lookUpKey(world, task, given, null);
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
  wanted: KeyIndex,
  into: GivenKey | null,
): Verdict<Key> {
  const asked = mayAskFor(wanted.description);
  if (!asked.ok) return asked;
  const ring = lookUpKey(world, task, given, "search");
  if (!ring.ok) return ring;
  const to = into === null ? null : lookUpKey(world, task, into, "write", "creates");
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
