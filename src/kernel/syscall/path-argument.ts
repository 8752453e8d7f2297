import type { PathName } from "../path-name.ts";
import type { World } from "../world.ts";
import { type Argument, pidOfTask, scenarioError } from "./argument.ts";

/** Below the root directory of a task, by its name. */
const THROUGH_PROC = /^\/proc\/([^/]+)\/(?:root|cwd)(?=\/|$)/;

/** Does a pid stand where the name of a task might? Then the way leads through a procfs that was mounted. */
function isNumbered(path: string, { tasks }: World): boolean {
  const pid = /^\/proc\/(\d+)\//.exec(path)?.[1];
  return pid !== undefined && !tasks.has(pid);
}

/**
 * `mount:relative/path`: the name of a file system (its plain mount) or a mount, and a path below its top. Or, where a
 * setup mounts a file system at `/`, an absolute path; `/proc/TASK/root/…` is one as that task sees it.
 */
export const path: Argument<PathName> = {
  schema: { type: "string", pattern: "^(/|[^/:][^:]*:)" },
  isOptional: false,
  read: (value, where, world) => {
    if (typeof value === "string" && value.includes("\0"))
      throw scenarioError(where, "a path without NUL, which would end it", value);
    if (typeof value === "string" && value.startsWith("/")) {
      const [taken = "", name = ""] = isNumbered(value, world) ? [] : (THROUGH_PROC.exec(value) ?? []);
      const from = taken === "" ? null : pidOfTask.read(name, where, world);
      return { from, text: value.slice(taken.length) };
    }
    const cut = typeof value === "string" ? value.indexOf(":") : -1;
    const name = typeof value === "string" && cut > 0 ? value.slice(0, cut) : null;
    const mount = name === null ? undefined : world.mounts.get(name);
    if (typeof value !== "string" || !mount)
      throw scenarioError(
        where,
        `mount:path, with one of these mounts: ${[...world.mounts.keys()].join(", ") || "there is none"}`,
        value,
      );
    return { from: mount, text: value.slice(cut + 1) };
  },
};
