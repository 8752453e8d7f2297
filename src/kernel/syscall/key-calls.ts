import { NO_ID } from "../../core/id.ts";
import { KEY_TYPES, type Key } from "../key.ts";
import { changeKeyOwner, setKeyPermissions } from "../key-attributes.ts";
import { linkKeyInto, unlinkKey } from "../key-link.ts";
import type { GivenKey, NumberedKey } from "../key-lookup.ts";
import { addKey, describeKey, readKey, searchKey } from "../keyctl.ts";
import { SPECIAL_KEYRINGS } from "../keyrings.ts";
import { getPersistent } from "../persistent-keyring.ts";
import { keyListed, keyUserListed } from "../proc-keys.ts";
import { joinSession } from "../session-keyring.ts";
import { allow, type Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import { type Argument, id, natural, nullable, oneOf, optional, scenarioError, text } from "./argument.ts";
import { type CallTable, defineCall, plain, type Values } from "./call.ts";

const SPECIAL: ReadonlyMap<unknown, GivenKey> = new Map(SPECIAL_KEYRINGS.map((which) => [which, which]));

function numbered(name: string, { keys }: World): NumberedKey {
  return { name, key: keys.get(name) ?? null };
}

/** A key by the name that a step gave it, or `@t`, `@p`, `@s`, `@u` or `@us`, as keyctl(1) writes keyrings. */
const key: Argument<GivenKey> = {
  schema: { type: "string" },
  isOptional: false,
  read: (value, where, world) => {
    const special = SPECIAL.get(value);
    if (special !== undefined) return special;
    if (typeof value !== "string" || value.startsWith("@"))
      throw scenarioError(where, `a key that a step named, or one of ${SPECIAL_KEYRINGS.join(", ")}`, value);
    return numbered(value, world);
  },
};

/** A key by the name that a step gave it. */
const named: Argument<NumberedKey> = {
  schema: { type: "string" },
  isOptional: false,
  read: (value, where, world) => {
    if (typeof value !== "string" || value.startsWith("@"))
      throw scenarioError(where, "a key that a step named", value);
    return numbered(value, world);
  },
};

/** Eight digits of base 16, as KEYCTL_DESCRIBE writes what a key grants. */
const grants: Argument<number> = {
  schema: { type: "string", pattern: "^[0-9a-f]{8}$" },
  isOptional: false,
  read: (value, where) => {
    if (typeof value !== "string" || !/^[0-9a-f]{8}$/.test(value))
      throw scenarioError(where, 'eight hex digits, like "3f010000"', value);
    return Number.parseInt(value, 16) | 0;
  },
};

const type = optional(oneOf(...KEY_TYPES), "user");
const processKeyring = optional(key, "@p");
const as = optional(text, undefined);

/** The least that a key of each type holds. */
const LEAST_BYTES = { user: 1, keyring: 0 } as const;

/** Remember what somebody now has the number of. */
function naming({ keys }: World, name: string | undefined, verdict: Verdict<Key>): Verdict<Values> {
  if (verdict.ok && name !== undefined) keys.set(name, verdict.value);
  return plain(verdict);
}

/** Keys and keyrings. What a key holds is no matter, only how many bytes. */
export const KEY_CALLS: CallTable = [
  defineCall(
    "add_key",
    { key: text, type, ring: processKeyring, bytes: optional(natural, undefined), as },
    (world, task, { key: description, type, ring, bytes, as }) => {
      const payloadBytes = bytes ?? LEAST_BYTES[type];
      return naming(world, as ?? description, addKey(world, task, { type, description, payloadBytes }, ring));
    },
  ),
  defineCall("add_keys", { count: natural, ring: processKeyring }, (world, task, { count, ring }) => {
    for (let added = 0; added < count; added++) {
      const made = addKey(world, task, { type: "user", description: `q${added}`, payloadBytes: 1 }, ring);
      if (!made.ok) return allow({ added, refused: made.errno }, made.rule);
    }
    return allow({ added: count, refused: null });
  }),
  defineCall("key_describe", { key }, (world, task, { key }) => {
    const found = describeKey(world, task, key);
    if (!found.ok) return found;
    const { permissions, ...told } = found.value;
    return allow({ ...told, perm: (permissions >>> 0).toString(16).padStart(8, "0") }, found.rule);
  }),
  defineCall("key_read", { key }, (world, task, { key }) => {
    const read = readKey(world, task, key);
    return read.ok ? allow({ n: read.value }, read.rule) : read;
  }),
  defineCall(
    "key_search",
    { ring: key, description: text, type, into: optional(key, null), as },
    (world, task, { ring, description, type, into, as }) =>
      naming(world, as, searchKey(world, task, ring, { type, description }, into)),
  ),
  defineCall("key_link", { key, ring: key }, (world, task, { key, ring }) =>
    plain(linkKeyInto(world, task, key, ring)),
  ),
  defineCall("key_unlink", { key, ring: key }, (world, task, { key, ring }) =>
    plain(unlinkKey(world, task, key, ring)),
  ),
  defineCall("key_chown", { key, uid: nullable(id), gid: nullable(id) }, (world, task, { key, uid, gid }) =>
    plain(changeKeyOwner(world, task, key, uid ?? NO_ID, gid ?? NO_ID)),
  ),
  defineCall("key_setperm", { key, perm: grants }, (world, task, { key, perm }) =>
    plain(setKeyPermissions(world, task, key, perm)),
  ),
  defineCall("key_get_persistent", { uid: nullable(id), ring: processKeyring, as }, (world, task, { uid, ring, as }) =>
    naming(world, as, getPersistent(world, task, uid ?? NO_ID, ring)),
  ),
  defineCall("key_listed", { key: named }, (world, task, { key }) => keyListed(world, task, key.key)),
  defineCall("key_user_listed", { uid: id }, (world, task, { uid }) => keyUserListed(world, task, uid)),
  defineCall("key_join_session", { name: optional(text, null), as }, (world, task, { name, as }) =>
    naming(world, as, joinSession(world, task, name)),
  ),
];
