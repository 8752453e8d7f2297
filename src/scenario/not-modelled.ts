import { scenarioError } from "../kernel/syscall/index.ts";

/** What Linux has and the model has not, and the words by which a scenario may ask for it. */
const NOT_MODELLED = [
  {
    what: "security modules are not modelled: rules are those of a kernel without SELinux, AppArmor, Smack, Yama and seccomp",
    keys: ["lsm", "selinux", "apparmor", "smack", "yama", "seccomp", "landlock"],
    calls: ["seccomp", "landlock_create_ruleset", "landlock_restrict_self"],
  },
  {
    what: "quotas are not modelled: nothing is ever full",
    keys: ["quota", "quotas", "usrquota", "grpquota", "prjquota"],
    calls: ["quotactl", "quotactl_fd"],
  },
  {
    what: "network file systems and FUSE are not modelled: their servers decide with ids of their own",
    types: ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "afs", "fuse", "virtiofs", "orangefs"],
  },
  {
    what: "a setup has one pid namespace: another is made by unshare, for what its maker forks",
    keys: ["pid_ns", "pidns", "pid_namespaces"],
  },
  {
    what: "scenarios hold no subordinate ids: write the maps themselves, with map_write or in the setup",
    keys: ["subuid", "subgid", "subfsuid", "subfsgid"],
    calls: ["newuidmap", "newgidmap", "getsubids", "newfsuidmap", "newfsgidmap"],
  },
  {
    what: "semaphores and message queues are not modelled",
    calls: ["semget", "msgget"],
  },
  {
    what: "keys are asked for by the calls add_key and key_…, of the types user and keyring: who may use them, not what they hold; none is requested of user space, revoked, or ever expires",
    calls: ["keyctl", "request_key", "key_revoke", "key_invalidate", "key_instantiate"],
  },
] as const satisfies readonly NotModelled[];

interface NotModelled {
  readonly what: string;
  readonly keys?: readonly string[];
  readonly types?: readonly string[];
  readonly calls?: readonly string[];
}

/** Where a word stands that may ask for something: a key of an object, a type of file system, a call. */
export type AskedAs = "keys" | "types" | "calls";

const WORDS: ReadonlyMap<string, string> = new Map(
  NOT_MODELLED.flatMap((row: NotModelled) =>
    (["keys", "types", "calls"] as const).flatMap((as) =>
      (row[as] ?? []).map((word): [string, string] => [`${as} ${word}`, row.what]),
    ),
  ),
);

/**
 * Refuse what Linux has and the model has not, by its name.
 *
 * @param expected  what there may be in its place
 * @throws UsernsError ERR_SCENARIO with the reason, for a word of the table; returns for any other
 */
export function refuseNotModelled(as: AskedAs, word: unknown, where: string, expected: string): void {
  const what = typeof word === "string" ? WORDS.get(`${as} ${word}`) : undefined;
  if (what !== undefined) throw scenarioError(where, expected, word, what);
}
