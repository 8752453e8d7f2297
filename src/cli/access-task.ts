import { quoted } from "../core/index.ts";
import {
  type AccessTask,
  type AccountedSide,
  accountTask,
  anyoneElse,
  type ComparedTask,
  imageTask,
  ROOT_CAPABILITIES,
} from "../image/index.ts";
import { type Capability, isCapability } from "../kernel/index.ts";
import { usageFault } from "./fault.ts";
import { readId } from "./id-argument.ts";
import { loadOwnerMaps } from "./map-option.ts";

const OPTION = "--as";

/** The help of the option that names who asks. */
export const AS_HELP =
  "who asks: an account, an id, anyone, or uid=…,gid=…,groups=4+27,caps=dac_override+…,in=host or a map; may be repeated";

/** What may be said of a task, and how it is read. */
const FIELDS = ["uid", "gid", "groups", "caps", "in"] as const;
type Field = (typeof FIELDS)[number];

/**
 * The task that a text names: `www-data`, `33`, `anyone`, `uid=33,gid=33,groups=4+27`.
 *
 * An account is whoever has the name in each image. A number is whom a container engine runs for it.
 *
 * @throws UsernsError ERR_USAGE, ERR_ID_RANGE; and what a map that it names is refused with
 */
export async function readAccessTask(text: string, a: AccountedSide, b: AccountedSide): Promise<ComparedTask> {
  if (text.includes("=")) return readFields(text);
  if (text === "anyone") return anyoneElse(a, b);
  if (/^\d+$/.test(text)) {
    const uid = readId(text, OPTION);
    return { name: text, a: imageTask(a.accounts.numbered(uid)), b: imageTask(b.accounts.numbered(uid)) };
  }
  const named = accountTask(text, a.accounts, b.accounts);
  if (!named) throw usageFault(OPTION, "an account of either image, a number, anyone, or uid=…,gid=…", quoted(text));
  return named;
}

async function readFields(text: string): Promise<ComparedTask> {
  const fields = new Map<Field, string>();
  for (const part of text.split(",")) {
    const [, name = "", value = ""] = /^([a-z]+)=(.+)$/.exec(part) ?? [];
    const field = FIELDS.find((one) => one === name);
    if (!field) throw usageFault(OPTION, `${FIELDS.map((one) => `${one}=…`).join(", ")}`, quoted(part));
    if (fields.has(field)) throw usageFault(OPTION, `${field} once`, quoted(text));
    fields.set(field, value);
  }
  const [uidText, gidText] = [fields.get("uid"), fields.get("gid")];
  if (uidText === undefined || gidText === undefined) throw usageFault(OPTION, "both uid=… and gid=…", quoted(text));
  const uid = readId(uidText, OPTION);
  const task: AccessTask = {
    uid,
    gid: readId(gidText, OPTION),
    groups: listOf(fields.get("groups")).map((group) => readId(group, OPTION)),
    capabilities: readCapabilities(fields.get("caps"), uid),
    place: await readPlace(fields.get("in")),
  };
  return { name: text, a: task, b: task };
}

function listOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split("+");
}

/** Without any, root has those that pass permission bits, and others have none. */
function readCapabilities(text: string | undefined, uid: number): readonly Capability[] {
  if (text === undefined) return uid === 0 ? ROOT_CAPABILITIES : [];
  if (text === "none") return [];
  return listOf(text).map((name) => {
    const bare = name.toLowerCase().replace(/^cap_/, "");
    if (!isCapability(bare)) throw usageFault(OPTION, "capabilities such as dac_override, or none", quoted(name));
    return bare;
  });
}

async function readPlace(text: string | undefined): Promise<AccessTask["place"]> {
  if (text === undefined || text === "image") return "image";
  return text === "host" ? "host" : loadOwnerMaps(text, undefined, `${OPTION} in`, `${OPTION} in`);
}
