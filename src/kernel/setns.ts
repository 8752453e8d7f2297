import { createUserNamespace } from "./create-user-namespace.ts";
import { capsOnEntering } from "./cred.ts";
import type { AnyNamespace } from "./namespace-kind.ts";
import { isNsCapable } from "./ns-capable.ts";
import { commitCreds, type Task } from "./task.ts";
import { enforcedProcessLimit } from "./ucounts.ts";
import { fromKidMunged, hasMapping } from "./uidgid.ts";
import { isInOrBelow, type UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  setnsElsewhere: {
    sentence: "A task cannot enter the user namespace that it is in.",
    source: "setns(2), EINVAL; vectors/linux-6.18/2_id_translation.json (tag setns)",
  },
  setnsAdmin: {
    sentence: "Entering a user namespace needs CAP_SYS_ADMIN over it, which nobody has over an ancestor or a sibling.",
    source: "setns(2), EPERM; vectors/linux-6.18/2_id_translation.json (tag setns)",
  },
  ownerOfUser: {
    sentence: "Only a user namespace has an owner that is told.",
    source: "ioctl_nsfs(2), NS_GET_OWNER_UID: EINVAL",
  },
  parentInSight: {
    sentence: "The parent of a namespace is given only where it is the caller's own namespace or below it.",
    source: "ioctl_nsfs(2), NS_GET_PARENT",
  },
});

/** `unshare(CLONE_NEWUSER)`: make a user namespace and enter it. Kernel ids stay what they are. */
export function unshareUser(world: World, task: Task, name: string): Verdict<UserNamespace> {
  const created = createUserNamespace(world, task.cred, name, (ns, kind, kuid) => hasMapping(world, ns, kind, kuid));
  if (!created.ok) return created;
  created.value.processLimit = enforcedProcessLimit(task);
  commitCreds(world, task, capsOnEntering(created.value));
  return created;
}

/** `setns` to a user namespace. Kernel ids stay what they are. */
export function setnsUser(world: World, task: Task, ns: UserNamespace): Verdict {
  if (ns === task.cred.userNs) return deny("EINVAL", RULES.setnsElsewhere, ns.name);
  if (!isNsCapable(task.cred, ns, "sys_admin"))
    return deny("EPERM", RULES.setnsAdmin, `no CAP_SYS_ADMIN over ${ns.name}`);
  commitCreds(world, task, capsOnEntering(ns));
  return allow();
}

/** `ioctl(NS_GET_OWNER_UID)`: the owner as the caller is shown it. */
export function ownerUid(world: World, task: Task, { kind, ns }: AnyNamespace): Verdict<number> {
  return kind === "user"
    ? allow(fromKidMunged(world, task.cred.userNs, "uid", ns.owner.uid))
    : deny("EINVAL", RULES.ownerOfUser, `it is a ${kind} namespace`);
}

/** `ioctl(NS_GET_PARENT)`. */
export function parentOf(task: Task, ns: UserNamespace): Verdict<UserNamespace> {
  const { parent } = ns;
  return parent && isInOrBelow(parent, task.cred.userNs)
    ? allow(parent)
    : deny("EPERM", RULES.parentInSight, `the parent of ${ns.name} is out of sight from ${task.cred.userNs.name}`);
}
