import {
  entriesOf,
  type GroupEntry,
  type KeptFile,
  type NssSource,
  type NssStatus,
  type PasswdEntry,
} from "../formats/index.ts";
import type { NamedId } from "./account-overlap.ts";
import type { ClaimNames } from "./alloc/claim-names.ts";

/** Users, or groups. */
export type NameKind = "user" | "group";

/** What a source says: an account, or why it has none. */
export type NameAnswer =
  | { readonly status: "SUCCESS"; readonly account: NamedId }
  | { readonly status: Exclude<NssStatus, "SUCCESS"> };

/** Somebody who knows names: files, allocations, or a source of one's own. */
export interface NameSource {
  byId(kind: NameKind, id: number): NameAnswer;
  byName(kind: NameKind, name: string): NameAnswer;
}

const NOTFOUND: NameAnswer = { status: "NOTFOUND" };
const told = (account: NamedId | null | undefined): NameAnswer => (account ? { status: "SUCCESS", account } : NOTFOUND);

/** `files`: the first line that has the name or the id. @source nss(5), "files" */
export function fileNames(passwd: KeptFile<PasswdEntry>, group: KeptFile<GroupEntry>): NameSource {
  const accounts: Readonly<Record<NameKind, readonly NamedId[]>> = {
    user: entriesOf(passwd).map(({ name, uid }) => ({ name, id: uid })),
    group: entriesOf(group).map(({ name, gid }) => ({ name, id: gid })),
  };
  return {
    byId: (kind, id) => told(accounts[kind].find((account) => account.id === id)),
    byName: (kind, name) => told(accounts[kind].find((account) => account.name === name)),
  };
}

/** The names of live claims, users and groups alike. */
export function allocatedNames(names: ClaimNames): NameSource {
  const plain = (found: NamedId | null) => told(found && { name: found.name, id: found.id });
  return {
    byId: (_kind, id) => plain(names.byId(id)),
    byName: (_kind, name) => plain(names.byName(name)),
  };
}

/** An account, and the source that told it. */
export interface FoundName extends NamedId {
  readonly source: string;
}

/**
 * Look a name or an id up as a program of the system does: in the sources of a line of nsswitch.conf, in their order,
 * until one answers or its action ends the search. A source that is not there is `UNAVAIL`.
 *
 * @returns null when nobody knows it
 * @source nsswitch.conf(5)
 * @example lookUp(parseNssLine("alloc files", "line"), new Map([["files", fileNames(parsePasswd("root:x:0:0::/:"), parseGroup(""))]]), "user", 0) // { name: "root", id: 0, source: "files" }
 */
export function lookUp(
  order: readonly NssSource[],
  sources: ReadonlyMap<string, NameSource>,
  kind: NameKind,
  asked: number | string,
): FoundName | null {
  let found: FoundName | null = null;
  for (const { name: source, returnsOn } of order) {
    const known = sources.get(source);
    const answer: NameAnswer = !known
      ? { status: "UNAVAIL" }
      : typeof asked === "number"
        ? known.byId(kind, asked)
        : known.byName(kind, asked);
    found = answer.status === "SUCCESS" ? { ...answer.account, source } : null;
    if (returnsOn.has(answer.status)) return found;
  }
  return found;
}
