import { newIpcNamespace } from "./ipc-namespace.ts";
import { copyMountNamespace } from "./mount.ts";
import { newNetNamespace } from "./net-namespace.ts";
import { isNsCapable } from "./ns-capable.ts";
import { unshareUser } from "./setns.ts";
import type { Task } from "./task.ts";
import type { UserNamespace } from "./user-namespace.ts";
import type { UtsNamespace } from "./uts-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "vectors/linux-6.18/6_privilege.json";

const RULES = ruleTable({
  unshareAdmin: {
    sentence:
      "A namespace of any other kind than user needs CAP_SYS_ADMIN in the user namespace that will own it: the new one where one is made in the same call.",
    source: `unshare(2), EPERM; ${SOURCE} (tag unshare)`,
  },
  setnsAdminOfBoth: {
    sentence:
      "Entering a UTS namespace needs CAP_SYS_ADMIN both over the user namespace that owns it and in the caller's own.",
    source: `setns(2), Network, IPC, time, and UTS namespaces; ${SOURCE} (tag setns-caps)`,
  },
  hostnameAdmin: {
    sentence: "Setting the host name needs CAP_SYS_ADMIN over the user namespace that owns the UTS namespace.",
    source: `sethostname(2), EPERM; ${SOURCE} (tags setns-caps, unshare)`,
  },
});

/** The kinds of namespace that unshare makes here. */
export const UNSHARE_FLAGS = ["user", "mnt", "uts", "ipc", "net", "cgroup", "pid"] as const;
export type UnshareFlag = (typeof UNSHARE_FLAGS)[number];

/**
 * `unshare` of several kinds at once. The user namespace is made first and owns the others.
 *
 * @param name  what to call a user namespace that is made
 * @returns     the user namespace that was made, null for none
 */
export function unshareNamespaces(
  world: World,
  task: Task,
  flags: readonly UnshareFlag[],
  name: string,
): Verdict<UserNamespace | null> {
  const wantsOthers = flags.some((flag) => flag !== "user");
  let made: UserNamespace | null = null;
  if (flags.includes("user")) {
    const user = unshareUser(world, task, name);
    if (!user.ok) return user;
    made = user.value;
  } else if (wantsOthers && !isNsCapable(task.cred, task.cred.userNs, "sys_admin")) {
    return deny("EPERM", RULES.unshareAdmin, `no CAP_SYS_ADMIN in ${task.cred.userNs.name}`);
  }
  const { userNs } = task.cred;
  if (flags.includes("uts")) task.utsNs = { userNs };
  if (flags.includes("mnt")) task.mountNs = copyMountNamespace(task.mountNs, `${task.name}'s namespace`, userNs);
  if (flags.includes("ipc")) task.ipcNs = newIpcNamespace(userNs, task.cred);
  if (flags.includes("net")) task.netNs = newNetNamespace(userNs);
  if (flags.includes("cgroup")) task.cgroupNs = { userNs, root: task.cgroup };
  if (flags.includes("pid")) task.pidNsForChildren = { userNs, members: [] };
  return allow(made);
}

/** `setns` to a UTS namespace. */
export function setnsUts(task: Task, uts: UtsNamespace): Verdict {
  for (const ns of [uts.userNs, task.cred.userNs])
    if (!isNsCapable(task.cred, ns, "sys_admin"))
      return deny("EPERM", RULES.setnsAdminOfBoth, `no CAP_SYS_ADMIN over ${ns.name}`);
  task.utsNs = uts;
  return allow();
}

/** `sethostname`: may the task set the name that its UTS namespace has? */
export function setHostname(task: Task): Verdict {
  const { userNs } = task.utsNs;
  return isNsCapable(task.cred, userNs, "sys_admin")
    ? allow()
    : deny("EPERM", RULES.hostnameAdmin, `no CAP_SYS_ADMIN over ${userNs.name}`);
}
