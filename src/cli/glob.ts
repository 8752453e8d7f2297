import picomatch from "picomatch";
import type { CompileGlob } from "../pack/index.ts";

/**
 * Patterns as shells with globstar have them: `*` is a name or a part of one, `**` any number of folders, names that begin
 * with a dot, or hold a newline, are names like others. `etc/**` is etc and all that it holds, and `**` is everything,
 * the root too.
 */
export const compileGlob: CompileGlob = (glob) => {
  const matches = picomatch(glob, { dot: true, nonegate: true, flags: "s" });
  // The root of a tree has no name that a pattern could match.
  const isRoot = glob === "." || glob === "**";
  return (path) => (path === "." ? isRoot : matches(path));
};
