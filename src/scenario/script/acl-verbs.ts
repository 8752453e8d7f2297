import type { Values } from "../../kernel/syscall/index.ts";
import { call, listIn, plainVerb, type Verb, verb } from "./verb.ts";
import { id, scriptError, word } from "./words.ts";

/** ACLs, and the capabilities of files. */
export const ACL_VERBS: readonly Verb[] = [
  plainVerb("setacl PATH UID", (given) =>
    call("acl_set", {
      path: word(given, "PATH"),
      acl: [
        ["user_obj", null, 6],
        ["user", id(given, "UID"), 7],
        ["group_obj", null, 4],
        ["mask", null, 7],
        ["other", null, 4],
      ],
    }),
  ),
  verb("getacl PATH", (given) => call("acl_get", { path: word(given, "PATH") }), showNamed),
  plainVerb("setcap PATH", (given) => call("fcap_set", { path: word(given, "PATH"), fcap: { v: 2, ...NET_RAW } })),
  plainVerb("setcap3 PATH ROOT", (given) =>
    call("fcap_set", { path: word(given, "PATH"), fcap: { v: 3, ...NET_RAW, rootid: id(given, "ROOT") } }),
  ),
  verb("getcap PATH", (given) => call("fcap_get", { path: word(given, "PATH") }), showCapability),
];

const NET_RAW = { perm: ["net_raw"], eff: true };

/** What the entries of users and groups begin with. */
const NAMED: ReadonlyMap<unknown, string> = new Map([
  ["user", "u"],
  ["group", "g"],
]);

function showNamed(values: Values): string {
  return listIn(values, "acl")
    .map((entry) => {
      if (!Array.isArray(entry)) throw scriptError("an entry of an ACL", JSON.stringify(entry));
      const [tag, kid] = entry;
      const letter = NAMED.get(tag);
      return letter === undefined ? "" : `${letter}=${kid} `;
    })
    .join("");
}

function showCapability({ fcap }: Values): string {
  if (typeof fcap !== "object" || fcap === null || !("v" in fcap)) throw new Error("no capability");
  return "rootid" in fcap ? `size=24 rev=${fcap.v} rootid=${fcap.rootid}` : `size=20 rev=${fcap.v}`;
}
