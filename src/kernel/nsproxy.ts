import { newIpcNamespace } from "./ipc-namespace.ts";
import { copyMountNamespace } from "./mount.ts";
import { newNetNamespace } from "./net-namespace.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { OwnedNamespace } from "./owned-namespace.ts";
import { unshareUser } from "./setns.ts";
import type { Task } from "./task.ts";
import { isInOrBelow, type UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "vectors/linux-6.18/6_privilege.json";

const RULES = ruleTable({
  unshareAdmin: {
    sentence:
      "A namespace of any other kind than user needs CAP_SYS_ADMIN in the user namespace that will own it: the new one where one is made in the same call.",
    source: `unshare(2), EPERM; ${SOURCE} (tag unshare)`,
  },
  pidUnderOwner: {
    sentence:
      "A pid namespace is made below the caller's own, once, and by a user namespace at or below the one that owns that.",
    source: "unshare(2), CLONE_NEWPID; pid_namespaces(7): EINVAL",
  },
  hostnameAdmin: {
    sentence: "Setting the host name needs CAP_SYS_ADMIN over the user namespace that owns the UTS namespace.",
    source: `sethostname(2), EPERM; ${SOURCE} (tags setns-caps, unshare)`,
  },
});

/** The kinds of namespace that unshare makes, in the order in which it makes them and gives them their numbers. */
const OWNED_FLAGS = ["mnt", "uts", "ipc", "pid", "cgroup", "net", "time"] as const;
export const UNSHARE_FLAGS = ["user", ...OWNED_FLAGS] as const;
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
  let made: UserNamespace | null = null;
  if (flags.includes("user")) {
    const user = unshareUser(world, task, name);
    if (!user.ok) return user;
    made = user.value;
  } else if (flags.length > 0 && !isNsCapable(task.cred, task.cred.userNs, "sys_admin")) {
    return deny("EPERM", RULES.unshareAdmin, `no CAP_SYS_ADMIN in ${task.cred.userNs.name}`);
  }
  const underOwner = flags.includes("pid") ? mayMakePidNamespace(task) : allow();
  if (!underOwner.ok) return underOwner;
  for (const flag of OWNED_FLAGS) if (flags.includes(flag)) unshareOne(world, task, flag);
  return allow(made);
}

/** `create_pid_namespace` */
function mayMakePidNamespace({ cred, pidNs, pidNsForChildren }: Task): Verdict {
  if (pidNs !== pidNsForChildren) return deny("EINVAL", RULES.pidUnderOwner, "children go to another one already");
  return isInOrBelow(cred.userNs, pidNs.userNs)
    ? allow()
    : deny("EINVAL", RULES.pidUnderOwner, `${cred.userNs.name} is not below ${pidNs.userNs.name}`);
}

function unshareOne({ numbers }: World, task: Task, kind: (typeof OWNED_FLAGS)[number]): void {
  const made: OwnedNamespace = { userNs: task.cred.userNs, inum: numbers.giveOther() };
  switch (kind) {
    case "mnt":
      task.mountNs = copyMountNamespace(task.mountNs, `${task.name}'s namespace`, made);
      break;
    case "uts":
      task.utsNs = made;
      break;
    case "ipc":
      task.ipcNs = newIpcNamespace(made, task.cred);
      break;
    case "pid":
      task.pidNsForChildren = { ...made, parent: task.pidNs, members: [] };
      break;
    case "cgroup":
      task.cgroupNs = { ...made, root: task.cgroup };
      break;
    case "net":
      task.netNs = newNetNamespace(made);
      break;
    case "time":
      task.timeNsForChildren = made;
      break;
  }
}

/** `sethostname`: may the task set the name that its UTS namespace has? */
export function setHostname(task: Task): Verdict {
  const { userNs } = task.utsNs;
  return isNsCapable(task.cred, userNs, "sys_admin")
    ? allow()
    : deny("EPERM", RULES.hostnameAdmin, `no CAP_SYS_ADMIN over ${userNs.name}`);
}
