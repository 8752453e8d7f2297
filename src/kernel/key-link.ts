import { type Key, type KeyRef, linkName } from "./key.ts";
import { type GivenKey, lookUpKey, notKeyring } from "./key-lookup.ts";
import { keyPermission } from "./key-permission.ts";
import { mayHoldLink } from "./key-quota.ts";
import { mayNest } from "./key-search.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keyLinked: { sentence: "What is taken out of a keyring must be in it.", source: "keyctl_unlink(3): ENOENT" },
});

/** Put a key that was found into a keyring. @returns EACCES, EDQUOT, EDEADLK, ELOOP */
export function linkFound(world: World, task: Task, found: KeyRef, keyring: Key): Verdict {
  const granted = keyPermission(world, task.cred, found, "link");
  return granted.ok ? link(world, keyring, found.key) : granted;
}

function link(world: World, keyring: Key, key: Key): Verdict {
  if (keyring.type !== "keyring") return notKeyring(keyring);
  const room = mayHoldLink(world, keyring, key);
  const nests = room.ok ? mayNest(keyring, key) : room;
  if (nests.ok) keyring.links.set(linkName(key), key);
  return nests;
}

/** `KEYCTL_LINK`: from then on there is a way to the key through this keyring. @returns EACCES, EDQUOT, EDEADLK, ELOOP */
export function linkKeyInto(world: World, task: Task, given: GivenKey, into: GivenKey): Verdict {
  const keyring = lookUpKey(world, task, into, "write", "creates");
  if (!keyring.ok) return keyring;
  const found = lookUpKey(world, task, given, "link", "creates");
  return found.ok ? link(world, keyring.value.key, found.value.key) : found;
}

/** `KEYCTL_UNLINK`: of the key itself nothing is asked but its name; another that took its place goes too. @returns EACCES, ENOENT, ENOTDIR */
export function unlinkKey(world: World, task: Task, given: GivenKey, from: GivenKey): Verdict {
  const keyring = lookUpKey(world, task, from, "write");
  if (!keyring.ok) return keyring;
  const found = lookUpKey(world, task, given, null);
  if (!found.ok) return found;
  const { key } = keyring.value;
  if (key.type !== "keyring") return notKeyring(key);
  return key.links.delete(linkName(found.value.key))
    ? allow(undefined, keyring.rule)
    : deny("ENOENT", RULES.keyLinked, `not in "${key.description}"`);
}
