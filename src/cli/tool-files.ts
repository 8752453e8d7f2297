import {
  entriesOf,
  type GroupEntry,
  type KeptFile,
  type PasswdEntry,
  parseGroup,
  parsePasswd,
} from "../formats/index.ts";
import type { ToolCaller } from "../policy/index.ts";
import { usageFault } from "./fault.ts";
import { readId } from "./id-argument.ts";
import { readText } from "./text-file.ts";

// Names may hold any byte.
const ENCODING = "latin1";

/** @throws UsernsError ERR_FILE */
export async function readPasswd(path: string): Promise<KeptFile<PasswdEntry>> {
  return parsePasswd(await readText(path, ENCODING), path);
}

/** @throws UsernsError ERR_FILE */
export async function readGroup(path: string): Promise<KeptFile<GroupEntry>> {
  return parseGroup(await readText(path, ENCODING), path);
}

/**
 * A file of granted ranges.
 *
 * @param path       undefined where none is asked for: then it is empty
 * @param otherwise  what messages call it then
 * @throws UsernsError ERR_FILE
 */
export async function readSubids<File>(
  path: string | undefined,
  otherwise: string,
  parse: (text: string, where: string) => File,
): Promise<File> {
  return parse(path === undefined ? "" : await readText(path, ENCODING), path ?? otherwise);
}

/**
 * Who runs a tool, by name or number; the group of somebody whom passwd does not hold has the same number.
 *
 * @throws UsernsError ERR_USAGE
 */
export function callerNamed(user: string, passwd: KeptFile<PasswdEntry>): ToolCaller {
  const named = entriesOf(passwd).find(({ name }) => name === user);
  if (!named && !/^\d+$/.test(user))
    throw usageFault("--user", `a user of ${passwd.where}, or a number`, JSON.stringify(user));
  const uid = named?.uid ?? readId(user, "--user");
  const gid = named?.gid ?? entriesOf(passwd).find((entry) => entry.uid === uid)?.gid ?? uid;
  return { uid, gid };
}
