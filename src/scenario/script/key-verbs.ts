import { SPECIAL_KEYRINGS } from "../../kernel/index.ts";
import type { Values } from "../../kernel/syscall/index.ts";
import { call, type NotModelled, notModelled, plainVerb, type ScriptCall, type Verb, verb } from "./verb.ts";
import { count, type Given, id, number, word } from "./words.ts";

/** A call on a keyring by the number that stands for what it is, from -1 down. @source keyctl(2) */
function onRing(given: Given, make: (ring: string) => ScriptCall): ScriptCall | NotModelled {
  const ring = SPECIAL_KEYRINGS[-1 - number(given, "RING")];
  return ring === undefined ? notModelled("keyrings other than -1 to -5 are not modelled") : make(ring);
}

function described({ type, uid, gid, perm, description }: Values): string {
  return `${type};${uid};${gid};${perm};${description}`;
}

/** What a command calls the keyring that it has just been given. */
const PERSISTENT = "persistent keyring";

/** Keys. What one holds is of no interest. */
export const KEY_VERBS: readonly Verb[] = [
  plainVerb("addkey DESC RING", (given) =>
    onRing(given, (ring) => call("add_key", { key: word(given, "DESC"), ring })),
  ),
  verb(
    "addkeys N RING",
    (given) => onRing(given, (ring) => call("add_keys", { count: count(given, "N"), ring })),
    ({ added, refused }) => `added=${added} ${refused ?? "ok"}`,
  ),
  verb("keydesc RING", (given) => onRing(given, (key) => call("key_describe", { key })), described),
  {
    usage: "persistent UID",
    calls: (given) => [
      call("key_get_persistent", { uid: id(given, "UID"), ring: "@p", as: PERSISTENT }),
      call("key_describe", { key: PERSISTENT }),
    ],
    show: ([, description = {}]) => described(description),
  },
];
