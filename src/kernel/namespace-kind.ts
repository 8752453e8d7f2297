import type { CgroupNamespace } from "./cgroup-namespace.ts";
import type { IpcNamespace } from "./ipc-namespace.ts";
import type { MountNamespace } from "./mount.ts";
import type { NetNamespace } from "./net-namespace.ts";
import type { OwnedNamespace } from "./owned-namespace.ts";
import { type PidNamespace, pidNamespacesFrom } from "./pid-namespace.ts";
import type { Task } from "./task.ts";
import type { TimeNamespace } from "./time-namespace.ts";
import type { UserNamespace } from "./user-namespace.ts";
import type { UtsNamespace } from "./uts-namespace.ts";

/** A namespace of any kind. */
export type AnyNamespace =
  | { readonly kind: "user"; readonly ns: UserNamespace }
  | { readonly kind: "mnt"; readonly ns: MountNamespace }
  | { readonly kind: "uts"; readonly ns: UtsNamespace }
  | { readonly kind: "ipc"; readonly ns: IpcNamespace }
  | { readonly kind: "pid"; readonly ns: PidNamespace }
  | { readonly kind: "cgroup"; readonly ns: CgroupNamespace }
  | { readonly kind: "net"; readonly ns: NetNamespace }
  | { readonly kind: "time"; readonly ns: TimeNamespace };

/** The files in /proc/PID/ns. @source namespaces(7), The /proc/pid/ns/ directory */
export const NS_LINKS = [
  "cgroup",
  "ipc",
  "mnt",
  "net",
  "pid",
  "pid_for_children",
  "time",
  "time_for_children",
  "user",
  "uts",
] as const;
export type NsLink = (typeof NS_LINKS)[number];

/**
 * The namespace that a file in a task's /proc/PID/ns stands for.
 *
 * @returns null where the file leads nowhere: a task that has ended keeps its user and its pid namespace only, and a pid
 *          namespace for children begins with the first of them
 */
export function namespaceBehind(task: Task, link: NsLink): AnyNamespace | null {
  switch (link) {
    case "user":
      return { kind: "user", ns: task.cred.userNs };
    case "pid":
      return { kind: "pid", ns: task.pidNs };
  }
  return task.isZombie ? null : livingNamespace(task, link);
}

function livingNamespace(task: Task, link: Exclude<NsLink, "user" | "pid">): AnyNamespace | null {
  switch (link) {
    case "mnt":
      return { kind: "mnt", ns: task.mountNs };
    case "uts":
      return { kind: "uts", ns: task.utsNs };
    case "ipc":
      return { kind: "ipc", ns: task.ipcNs };
    case "cgroup":
      return { kind: "cgroup", ns: task.cgroupNs };
    case "net":
      return { kind: "net", ns: task.netNs };
    case "time":
      return { kind: "time", ns: task.timeNs };
    case "time_for_children":
      return { kind: "time", ns: task.timeNsForChildren };
    case "pid_for_children": {
      const ns = task.pidNsForChildren;
      return ns.parent && ns.members.length === 0 ? null : { kind: "pid", ns };
    }
  }
}

/** Every namespace of another kind than user that a task keeps: those it is in, and those it puts its children in. */
export function otherNamespacesOf(task: Task): readonly OwnedNamespace[] {
  if (task.isZombie) return [...pidNamespacesFrom(task.pidNs)];
  return [
    task.mountNs,
    task.utsNs,
    task.ipcNs,
    task.netNs,
    task.cgroupNs,
    task.timeNs,
    task.timeNsForChildren,
    ...pidNamespacesFrom(task.pidNs),
    ...pidNamespacesFrom(task.pidNsForChildren),
  ];
}
