import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileFault, isSystemError } from "./fault.ts";
import { withLock } from "./lock-file.ts";

/** Where the logins of this boot are kept. */
export const LOGINS = "/run/userns";

/**
 * The logins of a user: each a file that is named for the process that logged the user in, which runs until the session
 * ends. One whose process is gone is over, however it ended.
 */
export interface Logins {
  begin(): Promise<void>;
  end(): Promise<void>;
  /** Of other processes than this login's. */
  readonly others: () => Promise<readonly number[]>;
}

/**
 * Look at the logins of a user and change them, while no other command does.
 *
 * @param pid  the process that this login is of
 * @throws UsernsError ERR_FILE, ERR_STORE_BUSY
 */
export async function withLogins<T>(
  folder: string,
  user: string,
  pid: number,
  work: (logins: Logins) => Promise<T>,
): Promise<T> {
  const own = join(folder, user);
  try {
    for (const path of [folder, own]) await mkdir(path, { mode: 0o755 }).catch(unlessThere);
  } catch (error) {
    throw fileFault(error, own, "a folder that can be made");
  }
  return withLock(join(own, "lock"), () =>
    work({
      begin: () => writeFile(join(own, String(pid)), ""),
      end: () => rm(join(own, String(pid)), { force: true }),
      others: async () => {
        const pids = (await readdir(own)).filter((name) => /^\d+$/.test(name)).map(Number);
        return pids.filter((other) => other !== pid && isRunning(other));
      },
    }),
  );
}

function unlessThere(error: unknown): void {
  if (!isSystemError(error) || error.code !== "EEXIST") throw error;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(isSystemError(error) && error.code === "ESRCH");
  }
}
