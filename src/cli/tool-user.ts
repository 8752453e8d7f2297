import { quoted } from "../core/index.ts";
import { grantedRanges, type SubidFile, type ToolUser } from "../formats/index.ts";
import { usageFault } from "./fault.ts";
import { readId } from "./id-argument.ts";

/** The help of `--user` where a tool is run without privilege. */
export const TOOL_USER_FLAG = "--user <name:uid[:gid]>";

/**
 * `ben:1000` or `ben:1000:100`, and what subid files grant to it by its name or number. The gid is that of the uid unless
 * said.
 *
 * @param files  null for one that grants nothing
 * @throws UsernsError ERR_USAGE, ERR_ID_RANGE
 */
export function toolUser(
  text: string,
  files: { readonly uid: SubidFile | null; readonly gid: SubidFile | null },
): ToolUser {
  const [, name, uidText, gidText = uidText] = /^([^:]+):(\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (name === undefined || uidText === undefined || gidText === undefined)
    throw usageFault("--user", "name:uid or name:uid:gid", quoted(text));
  const uid = readId(uidText, "--user");
  const gid = readId(gidText, "--user");
  const of = (file: SubidFile | null) => (file ? grantedRanges(file, name, String(uid)) : []);
  return { name, uid, gid, granted: { uid: of(files.uid), gid: of(files.gid) } };
}
