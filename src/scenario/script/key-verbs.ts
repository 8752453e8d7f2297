import { SPECIAL_KEYRINGS } from "../../kernel/index.ts";
import type { Values } from "../../kernel/syscall/index.ts";
import { type Given, id, number, scriptError, word } from "./command.ts";
import { call, plainVerb, type Verb, verb } from "./verb.ts";

/** A keyring by the number that stands for what it is, from -1 down. @source keyctl(2) */
function ringOf(given: Given): string {
  const ring = SPECIAL_KEYRINGS[-1 - number(given, "RING")];
  if (ring === undefined) throw scriptError("a keyring, -1 to -5", word(given, "RING"));
  return ring;
}

function described({ type, uid, gid, perm, description }: Values): string {
  return `${type};${uid};${gid};${perm};${description}`;
}

/** What a command calls the keyring that it has just been given. */
const PERSISTENT = "persistent keyring";

/** Keys. What one holds is of no interest. */
export const KEY_VERBS: readonly Verb[] = [
  plainVerb("addkey DESC RING", (given) => call("add_key", { key: word(given, "DESC"), ring: ringOf(given) })),
  verb(
    "addkeys N RING",
    (given) => call("add_keys", { count: number(given, "N"), ring: ringOf(given) }),
    ({ added, refused }) => `added=${added} ${refused ?? "ok"}`,
  ),
  verb("keydesc RING", (given) => call("key_describe", { key: ringOf(given) }), described),
  {
    usage: "persistent UID",
    calls: (given) => [
      call("key_get_persistent", { uid: id(given, "UID"), ring: "@p", as: PERSISTENT }),
      call("key_describe", { key: PERSISTENT }),
    ],
    show: ([, description = {}]) => described(description),
  },
];
