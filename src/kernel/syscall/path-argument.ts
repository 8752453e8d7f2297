import type { PathName } from "../path.ts";
import { type Argument, scenarioError } from "./argument.ts";

/** `mount:relative/path`: the name of a file system (its plain mount) or a mount, and a path below its top. */
export const path: Argument<PathName> = {
  schema: { type: "string", pattern: "^[^/:][^:]*:" },
  isOptional: false,
  read: (value, where, world) => {
    const cut = typeof value === "string" ? value.indexOf(":") : -1;
    const name = typeof value === "string" && cut > 0 ? value.slice(0, cut) : null;
    const mount = name === null ? undefined : world.mounts.get(name);
    if (typeof value !== "string" || !mount)
      throw scenarioError(
        where,
        `mount:path, with one of these mounts: ${[...world.mounts.keys()].join(", ") || "there is none"}`,
        value,
      );
    const text = value.slice(cut + 1);
    if (text.includes("\0")) throw scenarioError(where, "a path without NUL, which would end it", value);
    return { mount, text };
  },
};
