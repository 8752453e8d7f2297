import type { Key, KeyRef } from "./key.ts";
import { type KeyRight, keyPermission } from "./key-permission.ts";
import { livingKeys } from "./key-quota.ts";
import { possesses, type SpecialKeyring, specialKeyring } from "./keyrings.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keyExists: { sentence: "A key that is asked about must exist.", source: "keyctl(2): ENOKEY" },
  keyringHolds: { sentence: "Only a keyring holds keys.", source: "keyctl(2): ENOTDIR" },
});

/** A key that somebody has the number of; null: of no key. */
export interface NumberedKey {
  readonly name: string;
  readonly key: Key | null;
}

/** A key as a call is given it: a keyring by what it is, or a key by its number. */
export type GivenKey = SpecialKeyring | NumberedKey;

/**
 * `lookup_user_key`: a key as the task has it.
 *
 * @param right    what is asked of it; null: nothing yet
 * @param creates  is a keyring made that is not there?
 * @returns ENOKEY for one that is gone, EACCES, EDQUOT
 */
export function lookUpKey(
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
  const found = lookUpKey(world, task, given, "write", "creates");
  return found.ok && found.value.key.type !== "keyring" ? notKeyring(found.value.key) : found;
}

/** The answer for a key that holds no others. */
export function notKeyring({ description }: Key): Verdict<never> {
  return deny("ENOTDIR", RULES.keyringHolds, `"${description}" is none`);
}
