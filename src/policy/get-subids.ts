import type { GroupEntry, KeptFile, PasswdEntry, SubidFile } from "../formats/index.ts";
import { groupsOf, type NamedId, usersOf } from "./account-overlap.ts";
import { linesToTools, type SubidGrant } from "./subid-grant.ts";
import type { ToolAnswer } from "./tool-answer.ts";

/** What newuidmap and newgidmap read. */
export interface SubidFiles {
  readonly passwd: KeptFile<PasswdEntry>;
  readonly subuid: SubidFile;
  readonly subgid: SubidFile;
}

/** What getsubids reads. */
export interface ListedFiles extends SubidFiles {
  readonly group: KeptFile<GroupEntry>;
}

const USAGE = `Usage: getsubids [-g] user
    list subuid ranges for user
    pass -g to list subgid ranges
`;

/**
 * The lines that getsubids lists for an owner: those of that very name, or of its id in digits. Other names of the same
 * id do not count here, though newuidmap counts them.
 *
 * @param accounts  who has which id: users for subuid; for subgid groups, though newgidmap asks passwd
 * @source vectors/linux-6.18/7_newidmap.json (tag file-list); asked of Debian's uidmap 4.13
 */
export function grantsListedFor(file: SubidFile, owner: string, accounts: readonly NamedId[]): readonly SubidGrant[] {
  const id = accounts.find(({ name }) => name === owner)?.id;
  return linesToTools(file).filter(({ entry }) => entry.owner === owner || entry.owner === String(id));
}

/** What getsubids says, and the lines that it says it of. */
export interface ListedAnswer extends ToolAnswer {
  readonly file: SubidFile;
  readonly listed: readonly SubidGrant[];
}

/**
 * Run getsubids. `-g` is an option only as the first of two arguments, `-h` only alone; anything else is an owner.
 *
 * @source vectors/linux-6.18/7_newidmap.json (tag file-list); asked of Debian's uidmap 4.13
 */
export function getSubids(files: ListedFiles, args: readonly string[]): ListedAnswer {
  const [first, second] = args;
  const isGid = first === "-g" && args.length === 2;
  const file = isGid ? files.subgid : files.subuid;
  const refuse = (stderr: string): ListedAnswer => ({ exit: 1, stdout: "", stderr, file, listed: [] });
  if (first === undefined || (first === "-h" && args.length === 1)) return refuse(USAGE);
  const owner = isGid && second !== undefined ? second : first;
  const listed = grantsListedFor(file, owner, isGid ? groupsOf(files.group) : usersOf(files.passwd));
  if (listed.length === 0) return refuse("Error fetching ranges\n");
  const lines = listed.map(({ entry }, index) => `${index}: ${owner} ${entry.first} ${entry.count}\n`);
  return { exit: 0, stdout: lines.join(""), stderr: "", file, listed };
}
