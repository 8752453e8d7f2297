import { constants } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { UsernsError } from "../core/index.ts";
import { fileFault, isSystemError } from "./fault.ts";

/** How long somebody else may hold a lock. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 25;

/**
 * Do something while nobody else holds a lock: a file with the number of the process that holds it, as the tools of
 * shadow make it. One whose process is gone counts for nothing.
 *
 * @throws UsernsError ERR_FILE; ERR_STORE_BUSY when somebody holds it for longer than 15 seconds
 * @source shadow: commonio_lock()
 */
export async function withLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await takeLock(lock);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const file = await open(lock, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
      await file.writeFile(`${process.pid}\0`);
      await file.close();
      return;
    } catch (error) {
      if (!isSystemError(error) || error.code !== "EEXIST")
        throw fileFault(error, lock, "a lock that can be taken, in a folder where files can be made");
    }
    if (await isStale(lock)) await rm(lock, { force: true });
    else if (Date.now() > until)
      throw new UsernsError("ERR_STORE_BUSY", {
        where: lock,
        expected: `the lock within ${PATIENCE_MS / 1000} seconds`,
        got: "a process that holds it",
        fix: "run the command again",
      });
    else await setTimeout(PAUSE_MS);
  }
}

/** Is whoever took the lock gone? A lock that has no process id yet is being taken. */
async function isStale(lock: string): Promise<boolean> {
  const text = await readFile(lock, "latin1").catch(() => "");
  const pid = Number(/^\d+/.exec(text)?.[0] ?? 0);
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isSystemError(error) && error.code === "ESRCH";
  }
}
