import { type AnyNamespace, NS_LINKS, type NsLink, namespaceBehind } from "../namespace-kind.ts";
import { INITIAL_INUM } from "../owned-namespace.ts";
import { PROC_ENTRIES } from "../proc.ts";
import { readProcLink } from "../proc-file.ts";
import type { Task } from "../task.ts";
import { allow, atStage, deny, ruleTable, type Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import { type Argument, pidOfTask, scenarioError, userNamespace } from "./argument.ts";

const RULES = ruleTable({
  leadsSomewhere: {
    sentence:
      "A task that has ended is in no namespace but its user and pid namespace, and a pid namespace for children is there once it has some.",
    source: "namespaces(7), /proc/pid/ns/pid_for_children; vectors of this project, namespaces.json: ENOENT",
  },
});

/** A user namespace, or the file in a task's /proc directory through which a namespace is opened. */
export type NsFile = AnyNamespace | { readonly of: Task; readonly link: NsLink };

const OF_TASK = /^\/proc\/([^/]+)\/ns\/(\w+)$/;

/** The name of a user namespace, or `/proc/TASK/ns/KIND`. */
export const nsFile: Argument<NsFile> = {
  schema: userNamespace.schema,
  isOptional: false,
  read: (value, where, world) => {
    const [, name, kind] = (typeof value === "string" ? OF_TASK.exec(value) : null) ?? [];
    const link = NS_LINKS.find((known) => known === kind);
    if (name === undefined) return { kind: "user", ns: userNamespace.read(value, where, world) };
    if (link === undefined) throw scenarioError(where, `a file in /proc/TASK/ns: ${NS_LINKS.join(", ")}`, value);
    return { of: pidOfTask.read(name, where, world), link };
  },
};

/** Open the file of a namespace. @returns EACCES or ENOENT at stage `ns` for the file of a task */
export function openNsFile(world: World, task: Task, file: NsFile): Verdict<AnyNamespace> {
  if ("kind" in file) return allow(file);
  const { of, link } = file;
  const path = `ns/${link}` as const;
  const read = readProcLink(world, task, of, { path, entry: PROC_ENTRIES[path] });
  if (!read.ok) return atStage(read, "ns");
  const behind = namespaceBehind(of, link);
  return behind ? allow(behind) : atStage(deny("ENOENT", RULES.leadsSomewhere), "ns");
}

/** The number of a namespace, as calls tell it: the initial one has none that is of interest. */
export function shownNumber({ kind, ns }: AnyNamespace): number | "init" {
  const isInitial = kind === "user" ? ns.parent === null : ns.inum === INITIAL_INUM;
  return isInitial ? "init" : ns.inum;
}
