import { CLASSICAL, isSameKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { type Key, type KeyIndex, linkName } from "./key.ts";
import { byteCount } from "./path-name.ts";
import type { OwnerIds } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keysOfUser: {
    sentence:
      "Keys and their bytes count for their owner alone, by the whole kernel id and not for the creators above: 200 keys and 20,000 bytes, for global root 1,000,000 and 25,000,000.",
    source: "keyrings(7), /proc/sys/kernel/keys: EDQUOT; vectors/isolated/scenarios.json (Q01)",
  },
});

/** What a user may have, or what is asked for besides. */
export interface Quota {
  readonly keys: number;
  readonly bytes: number;
}

/** What global root may have. @source proc_sys_kernel(5), keys: root_maxkeys, root_maxbytes */
export const KEYS_OF_ROOT: Quota = { keys: 1_000_000, bytes: 25_000_000 };

/** What any other user may have. @source proc_sys_kernel(5), keys: maxkeys, maxbytes */
export const KEYS_OF_USER: Quota = { keys: 200, bytes: 20_000 };

/** What a keyring needs for each key that it holds. */
const LINK_BYTES = 4;

function quotaOf(uid: Kuid64<"uid">): Quota {
  return isSameKuid64(uid, { id: 0, number: CLASSICAL }) ? KEYS_OF_ROOT : KEYS_OF_USER;
}

/** The description with the byte that ends it, the payload, and what the links take. */
function bytesOf({ description, payloadBytes, links }: Key): number {
  return byteCount(description) + 1 + payloadBytes + links.size * LINK_BYTES;
}

/** Every key that lives: below the keyrings of a process or of a user namespace. */
export function livingKeys({ tasks, residents, keyRegisters }: World): ReadonlySet<Key> {
  const living = new Set<Key>();
  const waiting: (Key | null)[] = [];
  for (const { keyrings } of new Set([...tasks.values(), ...residents.values()]))
    waiting.push(keyrings.thread, keyrings.process, keyrings.session);
  for (const { users, persistent } of keyRegisters.values()) waiting.push(users, ...persistent.values());
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (key === null || living.has(key)) continue;
    living.add(key);
    waiting.push(...key.links.values());
  }
  return living;
}

/** What counts for a user. */
export function countedFor(world: World, uid: Kuid64<"uid">): Quota {
  let [keys, bytes] = [0, 0];
  for (const key of livingKeys(world)) {
    if (!key.isCounted || !isSameKuid64(key.countsFor, uid)) continue;
    keys++;
    bytes += bytesOf(key);
  }
  return { keys, bytes };
}

/** Has a user room for so much more? How many keys there are matters to another key only. @returns EDQUOT */
function mayCount(world: World, uid: Kuid64<"uid">, more: Quota): Verdict {
  const quota = quotaOf(uid);
  const counted = countedFor(world, uid);
  const keys = counted.keys + more.keys;
  const bytes = counted.bytes + more.bytes;
  const hasRoom = bytes <= quota.bytes && (more.keys === 0 || keys <= quota.keys);
  return hasRoom
    ? allow(undefined, RULES.keysOfUser)
    : deny("EDQUOT", RULES.keysOfUser, `${showKuid64(uid)} would have ${keys} keys of ${bytes} bytes`);
}

/** The bytes that count for a keyring's user when it holds a key: none where it holds one of the same name. */
function linkBytes({ links, isCounted }: Key, key: KeyIndex): number {
  return !isCounted || links.has(linkName(key)) ? 0 : LINK_BYTES;
}

/** May a keyring be made that no other holds? */
export function mayMake(world: World, key: Key): Verdict {
  return mayCount(world, key.countsFor, { keys: 1, bytes: bytesOf(key) });
}

/** May a key be made and put into a keyring? Where both count for the same user, there must be room for both. */
export function mayMakeIn(world: World, keyring: Key, key: Key): Verdict {
  const link = mayHoldLink(world, keyring, key);
  if (!link.ok) return link;
  const besides = isSameKuid64(keyring.countsFor, key.countsFor) ? linkBytes(keyring, key) : 0;
  return mayCount(world, key.countsFor, { keys: 1, bytes: bytesOf(key) + besides });
}

/** May a key that is there hold so many bytes? What takes no more is never refused. */
export function mayHoldBytes(world: World, key: Key, payloadBytes: number): Verdict {
  const more = payloadBytes - key.payloadBytes;
  return more > 0 ? mayCount(world, key.countsFor, { keys: 0, bytes: more }) : allow();
}

/** May a key be given to another user? */
export function mayMoveKey(world: World, key: Key, { uid }: OwnerIds): Verdict {
  return isSameKuid64(uid, key.owner.uid) ? allow() : mayCount(world, uid, { keys: 1, bytes: bytesOf(key) });
}

/** May a keyring hold this key besides, or in place of one of the same name? */
export function mayHoldLink(world: World, keyring: Key, key: KeyIndex): Verdict {
  const more = linkBytes(keyring, key);
  return more > 0 ? mayCount(world, keyring.countsFor, { keys: 0, bytes: more }) : allow();
}
