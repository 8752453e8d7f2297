import { isSameKuid64 } from "../core/kuid64.ts";
import { isSubsetOf } from "./capability.ts";
import type { Role } from "./cred.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Process } from "./process.ts";
import type { Task } from "./task.ts";
import type { OwnerIds, UserNamespace } from "./user-namespace.ts";
import { allow, deny, type Rule, ruleTable, type Verdict } from "./verdict.ts";

const SOURCE = "ptrace(2), Ptrace access mode checking; vectors/linux-6.18/6_privilege.json (tags access, pairs)";

const RULES = ruleTable({
  accessSelf: { sentence: "A process may look into itself.", source: SOURCE },
  traceSelf: { sentence: "A process cannot trace itself.", source: "ptrace(2), EPERM" },
  accessByIds: {
    sentence:
      "The caller's user and group id are the target's effective, saved and real ones, or the caller has CAP_SYS_PTRACE over the target's namespace.",
    source: SOURCE,
  },
  accessDumpable: {
    sentence:
      "A process that is not dumpable is open only to CAP_SYS_PTRACE over the namespace that owns its memory: where it last did execve.",
    source: `prctl(2), PR_SET_DUMPABLE; ${SOURCE}`,
  },
  accessWithinCaps: {
    sentence:
      "The target is in the caller's namespace and its permitted capabilities are among the caller's, or the caller has CAP_SYS_PTRACE over the target's namespace.",
    source: SOURCE,
  },
});

/**
 * Which ids and capabilities of the caller count: those of the filesystem, for what is asked through /proc, or the real
 * ids and the permitted set, for system calls.
 */
export type AccessCreds = "fscreds" | "realcreds";

const CALLERS: {
  readonly [Creds in AccessCreds]: { readonly ids: Role; readonly caps: "effective" | "permitted" };
} = {
  fscreds: { ids: "fs", caps: "effective" },
  realcreds: { ids: "real", caps: "permitted" },
};

/**
 * May a task look into another, or attach to it: `ptrace_may_access`. Reading and attaching are decided alike where no
 * security module has a say.
 *
 * @returns EPERM with the rule; callers that answer another errno say their own
 */
export function ptraceMayAccess(caller: Process, target: Task, creds: AccessCreds): Verdict {
  if (caller === target) return allow(undefined, RULES.accessSelf);
  const { ids, caps } = CALLERS[creds];
  const { userNs } = target.cred;
  const { uid, gid } = caller.cred;
  if (!isOwnedThrice(target, { uid: uid[ids], gid: gid[ids] }) && !mayTraceIn(caller, userNs))
    return refuse(RULES.accessByIds, userNs);
  if (target.dumpable !== 1 && !mayTraceIn(caller, target.mmNs)) return refuse(RULES.accessDumpable, target.mmNs);
  const isWithin = caller.cred.userNs === userNs && isSubsetOf(target.cred.permitted, caller.cred[caps]);
  return isWithin || mayTraceIn(caller, userNs) ? allow() : refuse(RULES.accessWithinCaps, userNs);
}

/** `ptrace(PTRACE_SEIZE)`. */
export function mayTrace(caller: Process, target: Task): Verdict {
  return caller === target ? deny("EPERM", RULES.traceSelf) : ptraceMayAccess(caller, target, "realcreds");
}

/** Are the real, effective and saved ids of a task all these? */
export function isOwnedThrice({ cred }: Task, ids: OwnerIds): boolean {
  return (["effective", "saved", "real"] as const).every(
    (role) => isSameKuid64(cred.uid[role], ids.uid) && isSameKuid64(cred.gid[role], ids.gid),
  );
}

function mayTraceIn(caller: Process, ns: UserNamespace): boolean {
  return isNsCapable(caller.cred, ns, "sys_ptrace");
}

function refuse(rule: Rule, ns: UserNamespace): Verdict {
  return deny("EPERM", rule, `no CAP_SYS_PTRACE over ${ns.name}`);
}
