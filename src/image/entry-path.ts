/** What the name of an entry says beside what it is called. @source OCI image specification, "Whiteouts" and "Opaque Whiteout" */
export const WHITEOUT = ".wh.";
export const OPAQUE = ".wh..wh..opq";

/** The longest path that Linux takes, without the NUL behind it. @source limits.h, PATH_MAX */
export const MOST_PATH = 4095;

/** The names that a path leads through. @example namesOf("./etc//passwd") // ["etc", "passwd"] */
export function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** A path's directory and its last name, which is empty for the root. */
export function splitPath(path: string): { readonly directory: string; readonly name: string } {
  const names = namesOf(path);
  const name = names.pop() ?? "";
  return { directory: names.join("/"), name };
}
