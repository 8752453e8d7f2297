import type { MapAuthor } from "../explain/index.ts";
import { CAPABILITIES, type Capability, isCapability } from "../kernel/index.ts";
import { usageFault } from "./fault.ts";
import { readId } from "./id-argument.ts";

/** The help of `--as`. */
export const WRITER_HELP =
  "uid=1000,gid=1000,caps=none; caps: all, none, or CAP_SETUID+CAP_SETGID, held over the parent";

const ORDINARY_UID = 1000;
const KEYS = ["uid", "gid", "caps"];

/**
 * Who makes the namespace and writes: `uid=1000,gid=100,caps=CAP_SETUID+CAP_SETGID`, any of the three left out.
 *
 * The uid is 1000 unless said, the gid that of the uid, and only root has capabilities: all.
 *
 * @param option  named in errors: `--as`
 * @throws UsernsError ERR_USAGE or ERR_ID_RANGE
 */
export function readWriter(text: string, option: string): MapAuthor {
  const given = new Map<string, string>();
  for (const part of text.split(",").filter((part) => part !== "")) {
    const [, key = "", value = ""] = /^([^=]*)=(.*)$/.exec(part) ?? [];
    if (!KEYS.includes(key)) throw usageFault(option, `parts such as ${WRITER_HELP}`, JSON.stringify(part));
    if (given.has(key)) throw usageFault(option, `${key} once`, JSON.stringify(text));
    given.set(key, value);
  }
  const idOf = (key: string, otherwise: number) => {
    const value = given.get(key);
    return value === undefined ? otherwise : readId(value, `${option} ${key}`);
  };
  const uid = idOf("uid", ORDINARY_UID);
  const caps = given.get("caps") ?? (uid === 0 ? "all" : "none");
  return { uid, gid: idOf("gid", uid), caps: readCaps(caps, `${option} caps`) };
}

/** Capabilities: all, none, or names put together by `+`. @throws UsernsError ERR_USAGE */
export function readCaps(text: string, option: string): readonly Capability[] {
  if (text === "all") return CAPABILITIES;
  if (text === "none") return [];
  return text.split("+").map((word) => {
    const name = word.toLowerCase().replace(/^cap_/, "");
    if (isCapability(name)) return name;
    throw usageFault(option, "all, none, or names as in CAP_SETUID+CAP_SETGID", JSON.stringify(word));
  });
}
