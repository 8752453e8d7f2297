import { contains, type Range } from "../core/index.ts";
import {
  entriesOf,
  type GroupEntry,
  type KeptFile,
  type PasswdEntry,
  placeOfKept,
  type SubidEntry,
  type SubidFile,
} from "../formats/index.ts";
import { grantsOf } from "./subid-grant.ts";

/** A user or a group, as far as its id goes. */
export interface NamedId {
  readonly name: string;
  readonly id: number;
}

/** A line of a subid file that gives away the id of a real account. */
export interface AccountFinding {
  readonly code: "subid-covers-account";
  /** `/etc/subuid:3` */
  readonly where: string;
  readonly entry: SubidEntry;
  readonly account: NamedId & { readonly kind: "user" | "group" };
}

const IDS = 1n << 32n;

/** The 32-bit ids that a line grants; null where it grants none. */
export function grantedIds({ first, count }: SubidEntry): Range | null {
  if (count === 0n || first >= IDS) return null;
  const fitting = first + count > IDS ? IDS - first : count;
  return { first: Number(first), count: Number(fitting) };
}

/**
 * The accounts that lines of subuid or subgid cover: whoever owns the line can act as them, on a network file system
 * even where they never log in. A line for the account itself (`ben:1000:1`) is no finding.
 *
 * @source CVE-2024-56433
 * @example coveredAccounts(parseSubid("ben:100000:65536\n"), "user", [{ name: "web", id: 100033 }]).length // 1
 */
export function coveredAccounts(
  file: SubidFile,
  kind: "user" | "group",
  accounts: readonly NamedId[],
): readonly AccountFinding[] {
  return grantsOf(file).flatMap(({ line, entry }) => {
    const range = grantedIds(entry);
    if (!range) return [];
    return accounts
      .filter(({ id, name }) => contains(range, id) && entry.owner !== name && entry.owner !== String(id))
      .map(({ name, id }) => ({
        code: "subid-covers-account" as const,
        where: placeOfKept(file, line),
        entry,
        account: { kind, name, id },
      }));
  });
}

/** The users of a passwd file, for {@link coveredAccounts}. */
export function usersOf(passwd: KeptFile<PasswdEntry>): readonly NamedId[] {
  return entriesOf(passwd).map(({ name, uid }) => ({ name, id: uid }));
}

/** The groups of a group file, for {@link coveredAccounts}. */
export function groupsOf(group: KeptFile<GroupEntry>): readonly NamedId[] {
  return entriesOf(group).map(({ name, gid }) => ({ name, id: gid }));
}
