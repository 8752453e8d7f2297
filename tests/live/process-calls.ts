/** What one process may do to another, on the running kernel. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import { AGENT, AT_FDCWD, type Proc, type SysResult } from "./agent.ts";
import { numberOf, textOf, wordOf } from "./arguments.ts";
import { type LiveCalls, recorded } from "./call.ts";
import { readStatus } from "./capabilities.ts";
import { statPath } from "./file-calls.ts";
import { taskAt } from "./id-calls.ts";
import { O } from "./linux.ts";
import type { LiveWorld } from "./world.ts";

const PRIO_PROCESS = 0;
const RLIMIT_NOFILE = 7;
const LINK_BYTES = 256;
const READ_BYTES = 16;
/** More than a pid can be. */
const NO_PID = 0x7fff_ffff;

/** The pid of a step's target in the pid namespace of another process; one that nobody has where it is none there. */
export async function pidAsSeen(live: LiveWorld, by: Proc, args: Values): Promise<number> {
  const { agent } = live;
  const of = taskAt(live, args, "target").proc;
  const asked = await agent.sys(AGENT, "kill", of.pid, 0);
  if (asked.errno !== null) return NO_PID;
  const [reader, target] = [await readStatus(agent, AGENT, by.pid), await readStatus(agent, AGENT, of.pid)];
  return target.pids[reader.pids.length - 1] ?? NO_PID;
}

function procPath(live: LiveWorld, args: Values): string {
  const file = textOf(args, "file");
  const folder = `${live.agent.procPath}/${taskAt(live, args, "target").proc.pid}`;
  return file === "" ? folder : `${folder}/${file}`;
}

export const PROCESS_CALLS: LiveCalls = {
  kill: async (live, { proc }, args) =>
    recorded(await live.agent.sys(proc, "kill", await pidAsSeen(live, proc, args), numberOf(args, "sig"))),
  ptrace: async (live, { proc }, args) =>
    recorded(await live.agent.perform(proc, "trace", await pidAsSeen(live, proc, args))),
  robust_list: async (live, { proc }, args) => {
    const { pid } = taskAt(live, args, "target").proc;
    return recorded(await live.agent.sys(proc, "get_robust_list", pid, { out: 8 }, { out: 8 }));
  },
  pidfd_getfd: async (live, { proc }, args) => {
    const { agent } = live;
    const pidfd = await agent.must(proc, "pidfd_open", taskAt(live, args, "target").proc.pid, 0);
    const got = await agent.sys(proc, "pidfd_getfd", pidfd.result, 0, 0);
    for (const { result } of [pidfd, got]) if (result >= 0) await agent.sys(proc, "close", result);
    return recorded(got);
  },
  getpriority_set: async (live, { proc }, args) =>
    recorded(
      await live.agent.sys(
        proc,
        "setpriority",
        PRIO_PROCESS,
        await pidAsSeen(live, proc, args),
        numberOf(args, "nice"),
      ),
    ),
  prlimit_get: async (live, { proc }, args) =>
    recorded(
      await live.agent.sys(proc, "prlimit64", taskAt(live, args, "target").proc.pid, RLIMIT_NOFILE, 0, { out: 16 }),
    ),
  proc_open: async (live, { proc }, args) => {
    const { agent } = live;
    const opened: SysResult = await agent.sys(
      proc,
      "openat",
      AT_FDCWD,
      procPath(live, args),
      wordOf(args, "acc", O, "r"),
      0,
    );
    if (opened.errno === null) await agent.sys(proc, "close", opened.result);
    return recorded(opened);
  },
  proc_read: async (live, { proc }, args) => {
    const { agent } = live;
    const opened = await agent.sys(proc, "openat", AT_FDCWD, procPath(live, args), O.r, 0);
    if (opened.errno !== null) return recorded(opened, "open");
    const read = await agent.sys(proc, "read", opened.result, { out: READ_BYTES }, READ_BYTES);
    await agent.sys(proc, "close", opened.result);
    return recorded(read, "read");
  },
  proc_readlink: async (live, { proc }, args) =>
    recorded(await live.agent.sys(proc, "readlinkat", AT_FDCWD, procPath(live, args), { out: LINK_BYTES }, LINK_BYTES)),
  proc_stat: async (live, task, args) => {
    const { type: _, ...shown } = await statPath(live, task, procPath(live, args));
    return shown;
  },
};
