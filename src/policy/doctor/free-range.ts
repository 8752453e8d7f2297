import { type IdSet, idSet, type Range, subtract, UsernsError } from "../../core/index.ts";
import { entriesOf, type SubidFile } from "../../formats/index.ts";
import { grantedIds } from "../account-overlap.ts";
import type { HostFiles } from "./host.ts";
import { accountsOf } from "./host-accounts.ts";
import { defaultsOf } from "./login-defs-findings.ts";

/** What fixes hand out: as many ids as shadow gives a new user. */
export const USUAL_COUNT = 65536;

/** All ids that a subid file grants to anybody. */
export function grantedSet(file: SubidFile | null): IdSet {
  return idSet(file === null ? [] : entriesOf(file).flatMap((entry) => grantedIds(entry) ?? []));
}

/**
 * The lowest ids that login.defs sets aside for subordinate ranges, and that nobody has: no line of either subid file,
 * no account. One range serves users and groups, as shadow gives them.
 *
 * @returns null when there is no room, or when login.defs cannot be read
 */
export function freeRange(files: HostFiles, count: number): Range | null {
  const defaults = files.loginDefs && defaultsOf(files.loginDefs, "uid");
  if (!defaults || defaults instanceof UsernsError) return null;
  const bounds = grantedIds({ owner: "", first: defaults.min, count: defaults.max - defaults.min + 1n });
  if (!bounds) return null;
  const { users, groups } = accountsOf(files);
  const accounts = [...users, ...groups].map(({ id }) => ({ first: id, count: 1 }));
  const used = idSet([...grantedSet(files.subuid), ...grantedSet(files.subgid), ...accounts]);
  const run = subtract([bounds], used).find((free) => free.count >= count);
  return run ? { first: run.first, count } : null;
}
