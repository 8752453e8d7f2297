import type { UserId } from "../core/id.ts";
import { isSameKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { isSubsetOf } from "./capability.ts";
import { isNsCapable } from "./ns-capable.ts";
import { isSeenFrom } from "./pid-namespace.ts";
import { isOwnedThrice } from "./ptrace.ts";
import type { Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "vectors/linux-6.18/6_privilege.json (tags access, pairs)";

const RULES = ruleTable({
  niceByUser: {
    sentence:
      "The caller's effective user id is the target's real or effective one, or the caller has CAP_SYS_NICE over the target's namespace.",
    source: `setpriority(2), EPERM; ${SOURCE}`,
  },
  niceLower: {
    sentence: "A lower nice value, where RLIMIT_NICE is 0, needs CAP_SYS_NICE in the initial user namespace.",
    source: "setpriority(2), EACCES; getrlimit(2), RLIMIT_NICE",
  },
  niceWithinCaps: {
    sentence:
      "The target's permitted capabilities are among the caller's, whatever their namespaces, or the caller has CAP_SYS_NICE over the target's namespace.",
    source: SOURCE,
  },
  niceOfUser: {
    sentence:
      "The nice value of a user is the lowest of those of the tasks that have its id as real one, of those that the caller has numbers for.",
    source: "getpriority(2), PRIO_USER: ESRCH where there is no such task",
  },
  limitsByUser: {
    sentence:
      "The caller's real user and group id are all three of the target's, or the caller has CAP_SYS_RESOURCE over the target's namespace.",
    source: `prlimit(2), Permissions; ${SOURCE}`,
  },
});

const NICEST = 19;
const LEAST_NICE = -20;

/** `setpriority(PRIO_PROCESS)` on another task, or itself. */
export function setPriority(world: World, task: Task, target: Task, nice: number): Verdict {
  const wanted = Math.max(LEAST_NICE, Math.min(NICEST, nice));
  const { userNs, uid, permitted } = target.cred;
  const isMine = (id: Kuid64<"uid">) => isSameKuid64(id, task.cred.uid.effective);
  const isNicer = isNsCapable(task.cred, userNs, "sys_nice");
  if (!isMine(uid.real) && !isMine(uid.effective) && !isNicer)
    return deny(
      "EPERM",
      RULES.niceByUser,
      `${showKuid64(task.cred.uid.effective)} has no CAP_SYS_NICE over ${userNs.name}`,
    );
  if (wanted < target.nice && !isNsCapable(task.cred, world.initUserNs, "sys_nice"))
    return deny("EACCES", RULES.niceLower, `from ${target.nice} to ${wanted}`);
  if (!isSubsetOf(permitted, task.cred.permitted) && !isNicer) return deny("EPERM", RULES.niceWithinCaps);
  target.nice = wanted;
  return allow();
}

/** `prlimit`, to read: may the task see the other's limits? */
export function maySeeLimits(task: Task, target: Task): Verdict {
  if (task === target) return allow();
  const { uid, gid } = task.cred;
  if (isOwnedThrice(target, { uid: uid.real, gid: gid.real })) return allow(undefined, RULES.limitsByUser);
  return isNsCapable(task.cred, target.cred.userNs, "sys_resource")
    ? allow(undefined, RULES.limitsByUser)
    : deny("EPERM", RULES.limitsByUser, `no CAP_SYS_RESOURCE over ${target.cred.userNs.name}`);
}

/** `getpriority(PRIO_USER)`. @param who  0 means the caller's own real user id */
export function priorityOfUser(world: World, { cred, pidNs }: Task, who: UserId<"uid">): Verdict<number> {
  const kuid = who === 0 ? cred.uid.real : makeKid(world, cred.userNs, "uid", who);
  const theirs = [...world.tasks.values()].filter(
    (task) => isSameKuid64(task.cred.uid.real, kuid) && isSeenFrom(task.pidNs, pidNs),
  );
  if (theirs.length === 0) return deny("ESRCH", RULES.niceOfUser, `no task of uid ${who}`);
  return allow(Math.min(...theirs.map(({ nice }) => nice)), RULES.niceOfUser);
}
