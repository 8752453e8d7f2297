/** Mounts at places on the running kernel: what absolute paths of a scenario begin at. */
import type { Setup } from "../../src/scenario/scenario.ts";
import { AGENT, AT_FDCWD, NotRun } from "./agent.ts";
import { pathIn } from "./files.ts";
import { CLONE, O } from "./linux.ts";
import type { LiveWorld } from "./world.ts";

const MS_BIND = 4096;
const MS_REC = 16384;
const MNT_DETACH = 2;
/** Where procfs is for the calls that read it; no scenario names it. */
const PROC_PATH = "/.proc";

interface Placed {
  readonly name: string;
  readonly at: string;
}

/** The mounts of a setup that stand at a place, in order: the top first. */
export function placedMounts({ mounts = [] }: Setup): readonly Placed[] {
  return mounts.flatMap((mount) =>
    typeof mount === "object" &&
    mount !== null &&
    "name" in mount &&
    typeof mount.name === "string" &&
    "at" in mount &&
    typeof mount.at === "string"
      ? [{ name: mount.name, at: mount.at }]
      : [],
  );
}

/**
 * Make the agent's root directory what the scenario mounts at `/`, in a mount namespace of its own, so that processes
 * made from now on begin there. Mounts that have a name only are out of reach in there.
 */
export async function enterTree({ agent, world }: LiveWorld, [top, ...others]: readonly Placed[]): Promise<void> {
  if (!top) return;
  const home = await agent.must(AGENT, "openat", AT_FDCWD, "/proc/self/ns/mnt", O.r, 0);
  agent.home = home.result;
  agent.queue(AGENT, "unshare", CLONE.mnt);
  const root = pathIn(agent, top.name);
  for (const { name, at } of others) agent.queue(AGENT, "mount", pathIn(agent, name), `${root}${at}`, 0, MS_BIND, 0);
  if (world.mounts.get(top.name)?.isReadOnly) throw new NotRun("a top of all that is read-only");
  agent.queue(AGENT, "mkdirat", AT_FDCWD, `${root}${PROC_PATH}`, 0o755);
  agent.queue(AGENT, "mount", "/proc", `${root}${PROC_PATH}`, 0, MS_BIND | MS_REC, 0);
  agent.queue(AGENT, "chdir", root);
  agent.queue(AGENT, "pivot_root", ".", ".");
  agent.queue(AGENT, "umount2", ".", MNT_DETACH);
  await agent.settle();
  agent.procPath = PROC_PATH;
}
