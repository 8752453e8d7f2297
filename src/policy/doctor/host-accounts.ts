import { groupsOf, usersOf } from "../account-overlap.ts";
import { joinAccounts, type KnownAccounts } from "../alloc/id-use.ts";
import type { HostFiles } from "./host.ts";

/** The accounts of a machine: those of its files, and those that a directory adds. */
export function accountsOf({ passwd, group, directory }: HostFiles): KnownAccounts {
  const own = { users: passwd ? usersOf(passwd) : [], groups: group ? groupsOf(group) : [] };
  return directory ? joinAccounts(own, directory) : own;
}
