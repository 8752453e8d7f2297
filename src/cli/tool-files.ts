import {
  badLines,
  entriesOf,
  type GroupEntry,
  groupsOfLdif,
  isLdif,
  type KeptFile,
  type PasswdEntry,
  parseGroup,
  parsePasswd,
  parseSubid,
  type SubidFile,
  usersOfLdif,
} from "../formats/index.ts";
import { groupsOf, type KnownAccounts, type ToolCaller, usersOf } from "../policy/index.ts";
import { usageFault } from "./fault.ts";
import { readId } from "./id-argument.ts";
import { type Terminal, talk } from "./terminal.ts";
import { readText } from "./text-file.ts";

// Names may hold any byte.
const ENCODING = "latin1";

/** The users of a passwd file, or of a directory's dump in LDIF. @throws UsernsError ERR_FILE */
export async function readPasswd(path: string): Promise<KeptFile<PasswdEntry>> {
  const text = await readText(path, ENCODING);
  return isLdif(text) ? usersOfLdif(text, path) : parsePasswd(text, path);
}

/** The groups of a group file, or of a directory's dump in LDIF. @throws UsernsError ERR_FILE */
export async function readGroup(path: string): Promise<KeptFile<GroupEntry>> {
  const text = await readText(path, ENCODING);
  return isLdif(text) ? groupsOfLdif(text, path) : parseGroup(text, path);
}

/** Users and groups as far as their ids go. @throws UsernsError ERR_FILE */
export async function readKnownAccounts(passwd: string, group: string): Promise<KnownAccounts> {
  return { users: usersOf(await readPasswd(passwd)), groups: groupsOf(await readGroup(group)) };
}

/**
 * What a directory's dump adds to accounts; `--directory`.
 *
 * @throws UsernsError ERR_FILE; ERR_USAGE for a file that is no LDIF
 */
export async function readDirectory(path: string, terminal: Terminal): Promise<KnownAccounts> {
  const text = await readText(path, ENCODING);
  if (!isLdif(text))
    throw usageFault("--directory", "a directory's dump in LDIF, which begins with version: or dn:", path);
  const [users, groups] = [usersOfLdif(text, path), groupsOfLdif(text, path)];
  for (const { where, why } of badLines(users)) talk(terminal, `warning: ${where} is passed over: ${why}`);
  return { users: usersOf(users), groups: groupsOf(groups) };
}

/** A subid file that was named. @throws UsernsError ERR_FILE */
export async function readSubid(path: string): Promise<SubidFile> {
  return readSubids(path, path, parseSubid);
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
