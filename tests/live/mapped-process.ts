import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { TestContext } from "node:test";

/** A process in a new user namespace that root maps. @returns its id */
export async function startMapped(t: TestContext, uidMap: string, gidMap: string): Promise<number> {
  const child = spawn("unshare", ["--user", "sh", "-c", "echo; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const pid = child.pid ?? 0;
  writeFileSync(`/proc/${pid}/uid_map`, uidMap);
  writeFileSync(`/proc/${pid}/gid_map`, gidMap);
  return pid;
}
