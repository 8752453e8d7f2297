import { NO_ID } from "../core/id.ts";
import { CLASSICAL, type Kuid64 } from "../core/kuid64.ts";
import { type Key, type KeyIndex, type KeyRegisters, linkName } from "./key.ts";
import { ALL_RIGHTS, KEY_MAY, RIGHTS_OF } from "./key-permission.ts";
import { mayMakeIn } from "./key-quota.ts";
import type { Task } from "./task.ts";
import type { OwnerIds, UserNamespace } from "./user-namespace.ts";
import { allow, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/* Making keys: what those grant that the kernel makes, whose they are, and where they are kept. */

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

interface NewKey extends KeyIndex, Pick<Key, "owner" | "permissions"> {
  readonly payloadBytes?: number;
  readonly isCounted?: boolean;
  readonly isOfUser?: boolean;
}

/** A key that is in no keyring yet. */
export function newKey(
  world: World,
  { cred }: Task,
  { type, description, owner, permissions, payloadBytes = 0, isCounted = true, isOfUser = false }: NewKey,
): Key {
  const made: Key = {
    type,
    description,
    owner,
    countsFor: owner.uid,
    isCounted,
    permissions,
    payloadBytes,
    links: new Map(),
    isOfUser,
  };
  if (type === "keyring") registersOf(world, cred.userNs).keyrings.push(made);
  return made;
}

/** Real ids own what a process is given without asking. */
export function realOwner({ cred }: Task): OwnerIds {
  return { uid: cred.uid.real, gid: cred.gid.real };
}

/** Put a key that is being made into a keyring. @returns EDQUOT */
export function makeIn(world: World, keyring: Key, key: Key): Verdict<Key> {
  const room = mayMakeIn(world, keyring, key);
  if (!room.ok) return room;
  keyring.links.set(linkName(key), key);
  return allow(key, room.rule);
}

/** What a user namespace keeps of keyrings; nothing at first. */
export function registersOf({ keyRegisters }: World, ns: UserNamespace): KeyRegisters {
  const registers = keyRegisters.get(ns) ?? { users: null, persistent: new Map(), keyrings: [] };
  keyRegisters.set(ns, registers);
  return registers;
}
