import { Option } from "commander";
import { entriesOf } from "../formats/index.ts";
import type { ReachedAccount } from "../policy/index.ts";
import { readGroup, readPasswd } from "./tool-files.ts";

/** The files that name the accounts of the host. */
export interface AccountOptions {
  readonly passwd?: string;
  readonly group?: string;
}

/** @param beside  the option that these go with */
export function accountOptions(beside: string): readonly Option[] {
  return [
    new Option(
      "--passwd <file>",
      `accounts of the host whose files ${beside} should not give away; root is one without it`,
    ),
    new Option("--group <file>", "its groups"),
  ];
}

/** The first of them that was given. */
export function givenAccountOption({ passwd, group }: AccountOptions): string | undefined {
  if (passwd !== undefined) return "--passwd";
  return group === undefined ? undefined : "--group";
}

/**
 * The accounts that the files name, users first.
 *
 * @returns none without files: whoever asks knows root
 * @throws UsernsError ERR_FILE
 */
export async function readAccounts({ passwd, group }: AccountOptions): Promise<readonly ReachedAccount[]> {
  const users = passwd === undefined ? [] : entriesOf(await readPasswd(passwd));
  const groups = group === undefined ? [] : entriesOf(await readGroup(group));
  return [
    ...users.map(({ name, uid }) => ({ kind: "uid", name, id: uid }) as const),
    ...groups.map(({ name, gid }) => ({ kind: "gid", name, id: gid }) as const),
  ];
}
