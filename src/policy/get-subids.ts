import { entriesOf, type KeptFile, type PasswdEntry, type SubidFile } from "../formats/index.ts";
import { grantsOf, type SubidGrant } from "./subid-grant.ts";
import type { ToolAnswer } from "./tool-answer.ts";

/** What getsubids reads. */
export interface SubidFiles {
  readonly passwd: KeptFile<PasswdEntry>;
  readonly subuid: SubidFile;
  readonly subgid: SubidFile;
}

const USAGE = `Usage: getsubids [-g] user
    list subuid ranges for user
    pass -g to list subgid ranges
`;

/**
 * The lines that getsubids lists for an owner: those of that very name, or of its user id in digits. Other names of the
 * same user id do not count here, though newuidmap counts them.
 *
 * @source vectors/linux-6.18/7_newidmap.json (tag file-list); asked of Debian's uidmap 4.13
 */
export function grantsListedFor(file: SubidFile, owner: string, passwd: KeptFile<PasswdEntry>): readonly SubidGrant[] {
  const uid = entriesOf(passwd).find(({ name }) => name === owner)?.uid;
  return grantsOf(file).filter(({ entry }) => entry.owner === owner || entry.owner === String(uid));
}

/**
 * Run getsubids. `-g` is an option only as the first of two arguments, `-h` only alone; anything else is an owner.
 *
 * @source vectors/linux-6.18/7_newidmap.json (tag file-list); asked of Debian's uidmap 4.13
 */
export function getSubids(files: SubidFiles, args: readonly string[]): ToolAnswer {
  const [first, second] = args;
  if (first === undefined || (first === "-h" && args.length === 1)) return { exit: 1, stdout: "", stderr: USAGE };
  const isGid = first === "-g" && args.length === 2;
  const owner = isGid && second !== undefined ? second : first;
  const listed = grantsListedFor(isGid ? files.subgid : files.subuid, owner, files.passwd);
  if (listed.length === 0) return { exit: 1, stdout: "", stderr: "Error fetching ranges\n" };
  const lines = listed.map(({ entry }, index) => `${index}: ${owner} ${entry.first} ${entry.count}\n`);
  return { exit: 0, stdout: lines.join(""), stderr: "" };
}
