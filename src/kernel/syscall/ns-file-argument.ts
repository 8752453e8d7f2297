import { PROC_ENTRIES } from "../proc.ts";
import { readProcLink } from "../proc-file.ts";
import type { Task } from "../task.ts";
import type { UserNamespace } from "../user-namespace.ts";
import { allow, atStage, type Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import { type Argument, pidOfTask, userNamespace } from "./argument.ts";

/** A user namespace, or the task through whose /proc directory its file is opened. */
export type NsFile = UserNamespace | Task;

const OF_TASK = /^\/proc\/([^/]+)\/ns\/user$/;
const LINK = { path: "ns/user", entry: PROC_ENTRIES["ns/user"] };

/** The name of a user namespace, or `/proc/TASK/ns/user`. */
export const nsFile: Argument<NsFile> = {
  schema: userNamespace.schema,
  isOptional: false,
  read: (value, where, world) => {
    const name = typeof value === "string" ? OF_TASK.exec(value)?.[1] : undefined;
    return name === undefined ? userNamespace.read(value, where, world) : pidOfTask.read(name, where, world);
  },
};

/** Open the file of a namespace. @returns EACCES at stage `ns` for the file of a task that the caller may not look into */
export function openNsFile(world: World, task: Task, ns: NsFile): Verdict<UserNamespace> {
  if (!("pid" in ns)) return allow(ns);
  const link = readProcLink(world, task, ns, LINK);
  return link.ok ? allow(ns.cred.userNs) : atStage(link, "ns");
}

/** The number of a namespace, as calls tell it: the initial one has none that is of interest. */
export function shownNumber({ parent, inum }: UserNamespace): number | "init" {
  return parent ? inum : "init";
}
