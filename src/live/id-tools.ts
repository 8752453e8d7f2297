import { execFile } from "node:child_process";
import type { Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type IdTool, mountOf } from "../policy/index.ts";
import type { MountLine } from "./mount-table.ts";
import type { Sight } from "./sight.ts";
import { systemErrorCode } from "./system-error.ts";

const run = promisify(execFile);

/** newuidmap and newgidmap as they are found on a PATH. */
export async function readIdTools(
  path: string,
  mounts: readonly MountLine[],
  sight: Sight,
): Promise<readonly IdTool[]> {
  return Promise.all((["newuidmap", "newgidmap"] as const).map((name) => readIdTool(name, path, mounts, sight)));
}

async function readIdTool(
  name: IdTool["name"],
  path: string,
  mounts: readonly MountLine[],
  sight: Sight,
): Promise<IdTool> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    const found = await statOf(file);
    if (!found?.isFile()) continue;
    const isNosuid = mountOf(mounts, await realpath(file))?.options.includes("nosuid") ?? false;
    const isSetuid = (found.mode & 0o4000) !== 0;
    const capabilities = isSetuid ? "" : await capabilitiesOf(file, sight);
    return { name, path: file, mode: found.mode & 0o7777, owner: found.uid, capabilities, isNosuid };
  }
  return { name, path: null, mode: 0, owner: 0, capabilities: "", isNosuid: false };
}

async function statOf(file: string): Promise<Stats | null> {
  try {
    return await stat(file);
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    return null;
  }
}

/** File capabilities are an xattr, which Node cannot read: getcap(8) is asked. */
async function capabilitiesOf(file: string, sight: Sight): Promise<string | null> {
  for (const getcap of ["getcap", "/usr/sbin/getcap", "/sbin/getcap"]) {
    try {
      const { stdout } = await run(getcap, ["--", file]);
      return stdout
        .trim()
        .slice(file.length)
        .replace(/^\s*=?\s*/, "");
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") {
        sight.miss(`capabilities of ${file}`, "getcap failed");
        return null;
      }
    }
  }
  sight.miss(`capabilities of ${file}`, "there is no getcap (Debian: libcap2-bin)");
  return null;
}
