import { CLASSICAL, isSameKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { type Key, linkName } from "./key.ts";
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

interface Quota {
  readonly keys: number;
  readonly bytes: number;
}

const OF_ROOT: Quota = { keys: 1_000_000, bytes: 25_000_000 };
const OF_USER: Quota = { keys: 200, bytes: 20_000 };

/** What a keyring needs for each key that it holds. */
const LINK_BYTES = 4;

function quotaOf(uid: Kuid64<"uid">): Quota {
  return isSameKuid64(uid, { id: 0, number: CLASSICAL }) ? OF_ROOT : OF_USER;
}

/** The description with the byte that ends it, the payload, and what the links take. */
function bytesOf({ description, payloadBytes, links }: Key): number {
  return description.length + 1 + payloadBytes + links.size * LINK_BYTES;
}

/** Every key that lives: below the keyrings of a process or of a user namespace. */
export function livingKeys({ tasks, residents, keyRegisters }: World): ReadonlySet<Key> {
  const living = new Set<Key>();
  const waiting: (Key | null)[] = [];
  for (const { keyrings } of new Set([...tasks.values(), ...residents.values()]))
    waiting.push(keyrings.thread, keyrings.process, keyrings.session);
  for (const { users, persistent } of keyRegisters.values()) waiting.push(users, persistent);
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (key === null || living.has(key)) continue;
    living.add(key);
    waiting.push(...key.links.values());
  }
  return living;
}

/** Has a user room for so much more? @returns EDQUOT */
function mayCount(world: World, uid: Kuid64<"uid">, more: Quota): Verdict {
  const quota = quotaOf(uid);
  let keys = more.keys;
  let bytes = more.bytes;
  for (const key of livingKeys(world)) {
    if (!key.isCounted || !isSameKuid64(key.owner.uid, uid)) continue;
    keys++;
    bytes += bytesOf(key);
  }
  return keys <= quota.keys && bytes <= quota.bytes
    ? allow(undefined, RULES.keysOfUser)
    : deny("EDQUOT", RULES.keysOfUser, `${showKuid64(uid)} would have ${keys} keys of ${bytes} bytes`);
}

/** May a new key be made? */
export function mayCountKey(world: World, key: Key): Verdict {
  return key.isCounted ? mayCount(world, key.owner.uid, { keys: 1, bytes: bytesOf(key) }) : allow();
}

/** May a key that is there hold so many bytes? What takes no more is never refused. */
export function mayHoldBytes(world: World, key: Key, payloadBytes: number): Verdict {
  const more = payloadBytes - key.payloadBytes;
  return key.isCounted && more > 0 ? mayCount(world, key.owner.uid, { keys: 0, bytes: more }) : allow();
}

/** May a key be given to another user? */
export function mayMoveKey(world: World, key: Key, { uid }: OwnerIds): Verdict {
  return key.isCounted && !isSameKuid64(uid, key.owner.uid)
    ? mayCount(world, uid, { keys: 1, bytes: bytesOf(key) })
    : allow();
}

/** May a keyring hold this key besides, or in place of one of the same name? */
export function mayHoldLink(world: World, keyring: Key, key: Pick<Key, "type" | "description">): Verdict {
  return keyring.isCounted && !keyring.links.has(linkName(key))
    ? mayCount(world, keyring.owner.uid, { keys: 0, bytes: LINK_BYTES })
    : allow();
}
