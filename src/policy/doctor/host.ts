import type { GroupEntry, KeptFile, LoginDefs, PasswdEntry, SubidFile } from "../../formats/index.ts";
import type { IdUse, KnownAccounts } from "../alloc/id-use.ts";

/** What was found out about a machine. Null: it could not be seen, which {@link Host.unseen} tells; never: it is not there. */
export interface Host {
  readonly files: HostFiles;
  /** Null: they were not asked for, as where another machine's files are looked at. */
  readonly system: HostSystem | null;
  /** What could not be seen, and why: `/etc/subuid: permission denied`. */
  readonly unseen: readonly string[];
}

/** The files that say who has which ids. One that does not exist is empty. */
export interface HostFiles {
  readonly subuid: SubidFile | null;
  readonly subgid: SubidFile | null;
  readonly passwd: KeptFile<PasswdEntry> | null;
  readonly group: KeptFile<GroupEntry> | null;
  readonly loginDefs: LoginDefs | null;
  /** Accounts that only a directory knows, where its dump is at hand. */
  readonly directory?: KnownAccounts;
}

/** What the running system allows. */
export interface HostSystem {
  /** `6.18.44`. */
  readonly kernel: string | null;
  readonly tools: readonly IdTool[];
  /** By name, `user.max_user_namespaces`; one that this kernel has not is not in it. */
  readonly limits: ReadonlyMap<string, number>;
  /** Does the kernel know user namespaces? */
  readonly hasUserNamespaces: boolean;
  readonly mounts: readonly HostMount[];
  /** Ids that user namespaces use at this moment. */
  readonly uses: readonly IdUse[];
}

/** newuidmap or newgidmap, as the file that PATH leads to. */
export interface IdTool {
  readonly name: "newuidmap" | "newgidmap";
  /** Null: there is none. */
  readonly path: string | null;
  /** The permission bits, set-user-ID among them. */
  readonly mode: number;
  readonly owner: number;
  /** Its file capabilities as getcap(8) shows them; empty: none; null: could not be seen. */
  readonly capabilities: string | null;
  /** Is it on a mount whose set-id bits and capabilities do not count? */
  readonly isNosuid: boolean;
}

/** A mount with files of a disk or of a server. */
export interface HostMount {
  readonly at: string;
  readonly type: string;
  readonly isIdmapped: boolean;
}
