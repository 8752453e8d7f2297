import type { Mount } from "./mount.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const SOURCE = "path_resolution(7)";

const RULES = ruleTable({
  pathNotEmpty: { sentence: "An empty path names nothing.", source: `${SOURCE}: ENOENT; symlink(2)` },
  pathLength: { sentence: "A path has at most 4095 bytes.", source: `${SOURCE}: ENAMETOOLONG; limits.h(0p), PATH_MAX` },
  nameLength: { sentence: "A name has at most 255 bytes.", source: `${SOURCE}: ENAMETOOLONG; limits.h(0p), NAME_MAX` },
});

/** A path as a step names it: where it begins, and what is below. */
export interface PathName {
  /** A mount, by its top; a task: its root directory, reached through /proc/PID/root; null: the caller's own. */
  readonly from: Mount | Task | null;
  /** Names, as written, slashes and all; none: where the path begins. */
  readonly text: string;
}

/** `NAME_MAX`, in bytes. */
const MAX_NAME = 255;

/** `PATH_MAX` without the NUL that ends it, in bytes. */
const MAX_PATH = 4095;

/** @example namesIn("a//b/./c") // ["a", "b", ".", "c"] */
export function namesIn(text: string): string[] {
  return text.split("/").filter((name) => name !== "");
}

/** How many bytes the kernel is given of a text, without the NUL that ends it. */
export function byteCount(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Is the path, or the target of a symbolic link, one that `getname` takes? @returns ENOENT, ENAMETOOLONG */
export function getName(text: string): Verdict {
  if (text === "") return deny("ENOENT", RULES.pathNotEmpty);
  const bytes = byteCount(text);
  return bytes > MAX_PATH ? deny("ENAMETOOLONG", RULES.pathLength, `${bytes} bytes`) : allow();
}

/** Is the name short enough for a file? @returns ENAMETOOLONG */
export function nameFits(name: string): Verdict {
  const bytes = byteCount(name);
  return bytes > MAX_NAME ? deny("ENAMETOOLONG", RULES.nameLength, `${bytes} bytes`) : allow();
}
