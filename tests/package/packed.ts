/** The package as npm would publish it, unpacked into a folder of its own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Packed {
  /** A folder in which `userns` can be imported. */
  readonly folder: string;
  /** The package's own folder in it. */
  readonly root: string;
  remove(): void;
}

/** Pack the built project, unpack it as `node_modules/userns` of an empty folder, and lend it the dependencies. */
export function packAndUnpack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "userns-packed-"));
  const output = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
  });
  const [{ filename }]: [{ filename: string }] = JSON.parse(output);
  const root = join(folder, "node_modules", "userns");
  execFileSync("mkdir", ["-p", root]);
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", root, "--strip-components=1"]);
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  return { folder, root, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
