import type { AnyNamespace } from "./namespace-kind.ts";
import { reapNamespaces } from "./namespace-lifetime.ts";
import { isNsCapable } from "./ns-capable.ts";
import { isSeenFrom } from "./pid-namespace.ts";
import { setnsUser } from "./setns.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "vectors/linux-6.18/6_privilege.json (tag setns-caps); vectors of this project, namespaces.json";

const RULES = ruleTable({
  setnsAdminOfBoth: {
    sentence:
      "Entering a namespace of any other kind than user needs CAP_SYS_ADMIN both over the user namespace that owns it and in the caller's own.",
    source: `setns(2), EPERM; ${SOURCE}`,
  },
  setnsChroot: {
    sentence: "Entering a mount namespace needs CAP_SYS_CHROOT in the caller's user namespace besides.",
    source: `setns(2), Mount namespaces: EPERM; ${SOURCE}`,
  },
  setnsPidBelow: {
    sentence: "Children are put in the caller's own pid namespace or in one below it.",
    source: `setns(2), PID namespaces: EINVAL; ${SOURCE}`,
  },
});

/**
 * `setns`: enter a namespace of any kind; of a pid or time namespace, let the children begin there.
 *
 * @returns EPERM, EINVAL
 * @source setns(2)
 */
export function enterNamespace(world: World, task: Task, to: AnyNamespace): Verdict {
  if (to.kind === "user") return setnsUser(world, task, to.ns);
  const may = mayEnter(task, to);
  if (!may.ok) return may;
  switch (to.kind) {
    case "mnt":
      task.mountNs = to.ns;
      break;
    case "uts":
      task.utsNs = to.ns;
      break;
    case "ipc":
      task.ipcNs = to.ns;
      break;
    case "pid":
      task.pidNsForChildren = to.ns;
      break;
    case "cgroup":
      task.cgroupNs = to.ns;
      break;
    case "net":
      task.netNs = to.ns;
      break;
    case "time":
      task.timeNs = to.ns;
      task.timeNsForChildren = to.ns;
      break;
  }
  reapNamespaces(world);
  return allow();
}

function mayEnter({ cred, pidNs }: Task, to: Exclude<AnyNamespace, { readonly kind: "user" }>): Verdict {
  for (const ns of [to.ns.userNs, cred.userNs])
    if (!isNsCapable(cred, ns, "sys_admin"))
      return deny("EPERM", RULES.setnsAdminOfBoth, `no CAP_SYS_ADMIN over ${ns.name}`);
  if (to.kind === "mnt" && !isNsCapable(cred, cred.userNs, "sys_chroot"))
    return deny("EPERM", RULES.setnsChroot, `no CAP_SYS_CHROOT in ${cred.userNs.name}`);
  if (to.kind === "pid" && !isSeenFrom(to.ns, pidNs))
    return deny("EINVAL", RULES.setnsPidBelow, `it is not below that of the caller`);
  return allow();
}
