import { CLASSICAL, isSameKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import type { Cred } from "./cred.ts";
import { isNsCapable } from "./ns-capable.ts";
import { MAX_INT } from "./number-text.ts";
import { writtenSetting } from "./setting.ts";
import type { Task } from "./task.ts";
import type { UserNamespace } from "./user-namespace.ts";
import { allow, atStage, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  namespacesOfUser: {
    sentence:
      "A user namespace counts for its creator and for the creator of each namespace above; none may have more than the namespace it is in allows a user.",
    source: "namespaces(7), The /proc/sys/user directory: ENOSPC; vectors/isolated (Z06)",
  },
  processesOfUser: {
    sentence:
      "A process counts for its real user and for the creator of each namespace above: the caller's limit holds for the first, the limit that a creator had for the rest; global root and capable processes are exempt.",
    source: "setrlimit(2), RLIMIT_NPROC: EAGAIN; vectors/isolated/scenarios.json (R01, R02)",
  },
  limitRaised: {
    sentence: "A hard limit is raised with CAP_SYS_RESOURCE in the initial namespace only.",
    source: "setrlimit(2), EPERM",
  },
  sysctlOfOwn: {
    sentence: "The limits of a user namespace are written with CAP_SYS_RESOURCE over it, and read by everybody.",
    source: "namespaces(7), The /proc/sys/user directory: EACCES",
  },
});

/** Whom something counts for: a user of a namespace, by whole kernel ids. `struct ucounts` */
interface Account {
  readonly ns: UserNamespace;
  readonly kuid: Kuid64<"uid">;
}

/** The account of a user, then that of the creator of each namespace upwards. */
function* accountsOf({ ns, kuid }: Account): Iterable<Account> {
  yield { ns, kuid };
  if (ns.parent) yield* accountsOf({ ns: ns.parent, kuid: ns.owner.uid });
}

function isFor(counted: Account, { ns, kuid }: Account): boolean {
  for (const account of accountsOf(counted)) if (account.ns === ns && isSameKuid64(account.kuid, kuid)) return true;
  return false;
}

/** `inc_user_namespaces`: may the task with this credential have one namespace more? @returns ENOSPC */
export function mayCountNamespace(world: Pick<World, "numbers">, cred: Cred): Verdict {
  for (const account of accountsOf({ ns: cred.userNs, kuid: cred.uid.effective })) {
    const { maxUserNamespaces, name } = account.ns;
    if (maxUserNamespaces === null) continue;
    const count = world.numbers
      .living()
      .filter(({ parent, owner }) => parent && isFor({ ns: parent, kuid: owner.uid }, account)).length;
    if (count >= maxUserNamespaces)
      return deny("ENOSPC", RULES.namespacesOfUser, `${showKuid64(account.kuid)} has ${count} in ${name}`);
  }
  return allow();
}

/** `set_permissions` of /proc/sys/user: write how many user namespaces each user of the caller's own may have. */
export function writeMaxUserNamespaces({ cred }: Task, text: string): Verdict {
  const { userNs } = cred;
  if (!isNsCapable(cred, userNs, "sys_resource"))
    return atStage(deny("EACCES", RULES.sysctlOfOwn, `no CAP_SYS_RESOURCE over ${userNs.name}`), "open");
  const written = atStage(writtenSetting(text, MAX_INT), "write");
  if (!written.ok) return written;
  if (written.value !== null) userNs.maxUserNamespaces = written.value;
  return allow(undefined, RULES.sysctlOfOwn);
}

/** `setrlimit(RLIMIT_NPROC)`, soft and hard. */
export function setProcessLimit(world: World, task: Task, limit: number): Verdict {
  if (
    task.processLimit !== null &&
    limit > task.processLimit &&
    !isNsCapable(task.cred, world.initUserNs, "sys_resource")
  )
    return deny("EPERM", RULES.limitRaised, `from ${task.processLimit} to ${limit}`);
  task.processLimit = limit;
  return allow();
}

function isGlobalRoot({ uid }: Cred): boolean {
  return isSameKuid64(uid.real, { id: 0, number: CLASSICAL });
}

/** The limit that goes on holding for the creator of a namespace: `enforced_nproc_rlimit`. null: none */
export function enforcedProcessLimit({ cred, processLimit }: Task): number | null {
  return isGlobalRoot(cred) && cred.userNs.parent === null ? null : processLimit;
}

/** May the task have one process more, with the same credential? @returns EAGAIN */
export function mayCountProcess(world: World, { cred, processLimit }: Task): Verdict {
  const isExempt =
    isGlobalRoot(cred) ||
    (["sys_resource", "sys_admin"] as const).some((name) => isNsCapable(cred, world.initUserNs, name));
  if (isExempt) return allow(undefined, RULES.processesOfUser);
  let limit = processLimit;
  for (const account of accountsOf({ ns: cred.userNs, kuid: cred.uid.real })) {
    const counted = [...world.tasks.values()].filter(({ cred: other }) =>
      isFor({ ns: other.userNs, kuid: other.uid.real }, account),
    );
    if (limit !== null && counted.length >= limit)
      return deny(
        "EAGAIN",
        RULES.processesOfUser,
        `${showKuid64(account.kuid)} has ${counted.length} in ${account.ns.name}`,
      );
    limit = account.ns.processLimit;
  }
  return allow(undefined, RULES.processesOfUser);
}
