import { lstatSync, readlinkSync } from "node:fs";

/** What Linux follows at most in one path. @source path_resolution(7) */
const MOST_LINKS = 40;

/**
 * Where a path of another root leads, its symbolic links followed within that root, `..` never above it.
 *
 * @param root  `/proc/7/root`
 * @param path  absolute, as a process of that root writes it
 * @returns     a path that this process opens: it begins with `root` and holds no link
 * @throws      what lstat(2) throws, ENOENT among it; ELOOP after 40 links
 */
export function pathInside(root: string, path: string): string {
  const rest = namesOf(path);
  const way: string[] = [];
  for (let links = 0, name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "..") way.pop();
    if (name === "..") continue;
    const next = [root, ...way, name].join("/");
    if (!lstatSync(next).isSymbolicLink()) {
      way.push(name);
      continue;
    }
    if (++links > MOST_LINKS)
      throw Object.assign(new Error(`ELOOP: too many links, '${path}'`), {
        code: "ELOOP",
        errno: -40,
        syscall: "lstat",
      });
    const target = readlinkSync(next);
    if (target.startsWith("/")) way.length = 0;
    rest.unshift(...namesOf(target));
  }
  return [root, ...way].join("/");
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
