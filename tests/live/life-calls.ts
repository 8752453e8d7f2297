/** Processes that begin and end, and what counts them, on the running kernel. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import { AT_FDCWD, NotRun, type SysResult } from "./agent.ts";
import { numberOf, textOf } from "./arguments.ts";
import { type LiveCalls, recorded } from "./call.ts";
import { taskAt } from "./id-calls.ts";
import { O, u64s } from "./linux.ts";
import { pidAsSeen } from "./process-calls.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const SIGINFO_BYTES = 128;
const SIG_BLOCK = 0;
const SIGSET_BYTES = 8;
const RLIMIT_NPROC = 6;
const PRIO_USER = 2;
const TEXT_BYTES = 64;

/** How often a child is asked about that was sent a signal and has not ended yet; one that lives on is never waited for. */
const WAIT_TRIES = 1000;

/** siginfo_t: si_code at byte 8, si_uid at byte 20. */
const siCode = (info: Buffer | undefined) => info?.readInt32LE(8);
const siUid = (info: Buffer | undefined) => info?.readUInt32LE(20);

const signalSet = (args: Values) => u64s(1n << BigInt(numberOf(args, "sig") - 1));

async function writeText(live: LiveWorld, { proc }: LiveTask, path: string, text: string): Promise<Values> {
  const opened = await live.agent.sys(proc, "openat", AT_FDCWD, path, O.w, 0);
  if (opened.errno !== null) return recorded(opened, "open");
  const written = await live.agent.sys(proc, "write", opened.result, text, text.length);
  await live.agent.sys(proc, "close", opened.result);
  return recorded(written, "write");
}

async function readText(live: LiveWorld, { proc }: LiveTask, path: string): Promise<Values | string> {
  const opened = await live.agent.sys(proc, "openat", AT_FDCWD, path, O.r, 0);
  if (opened.errno !== null) return recorded(opened, "open");
  const read = await live.agent.sys(proc, "read", opened.result, { out: TEXT_BYTES }, TEXT_BYTES);
  await live.agent.sys(proc, "close", opened.result);
  return read.errno === null ? String(read.buffers[0]?.subarray(0, read.result)) : recorded(read, "read");
}

function procFile(live: LiveWorld, args: Values, name: string): string {
  return `${live.agent.procPath}/${taskAt(live, args, "target").proc.pid}/${name}`;
}

/** What the initial namespace alone has for a uid_map. */
const OF_INITIAL = /^ *0 +0 +4294967295\n$/;

/** The limit of the caller's own user namespace, which must not be the machine's. */
async function maxNamespacesFile(live: LiveWorld, task: LiveTask): Promise<string> {
  const { procPath } = live.agent;
  const map = await readText(live, task, `${procPath}/self/uid_map`);
  if (typeof map === "string" && OF_INITIAL.test(map)) throw new NotRun("a limit of the whole machine");
  return `${procPath}/sys/user/max_user_namespaces`;
}

export const LIFE_CALLS: LiveCalls = {
  fork: async (live, task, args) => {
    const child = await live.agent.forkFrom(task.proc);
    if (typeof child === "string") return { errno: child };
    live.tasks.set(textOf(args, "as"), { proc: child, fds: new Map(task.fds) });
    return { ok: true };
  },
  fork_many: async ({ agent }, { proc }, args) => {
    const { result, errno } = await agent.perform(proc, "forkmany", numberOf(args, "count"));
    return { ok: true, forked: result, refused: errno };
  },
  exit: async ({ agent }, { proc }) => {
    await agent.exit(proc);
    return { ok: true };
  },
  waitid: async (live, { proc }, args) => {
    const pid = await pidAsSeen(live, proc, args);
    let waited: SysResult;
    let tries = WAIT_TRIES;
    do {
      waited = await live.agent.sys(proc, "waitid", P_PID, pid, { out: SIGINFO_BYTES }, WEXITED | WNOHANG, 0);
    } while (siCode(waited.buffers[0]) === 0 && --tries > 0);
    const [info] = waited.buffers;
    return waited.errno === null ? { ok: true, si_uid: siUid(info), si_code: siCode(info) } : recorded(waited);
  },
  sigblock: async ({ agent }, { proc }, args) =>
    recorded(await agent.sys(proc, "rt_sigprocmask", SIG_BLOCK, signalSet(args), 0, SIGSET_BYTES)),
  sigwait: async ({ agent }, { proc }, args) => {
    const info = { out: SIGINFO_BYTES };
    const taken = await agent.sys(proc, "rt_sigtimedwait", signalSet(args), info, u64s(0, 0), SIGSET_BYTES);
    return taken.errno === null ? { ok: true, si_uid: siUid(taken.buffers[1]) } : recorded(taken);
  },
  setrlimit_nproc: async ({ agent }, { proc }, args) => {
    const limit = numberOf(args, "limit");
    return recorded(await agent.sys(proc, "prlimit64", 0, RLIMIT_NPROC, u64s(limit, limit), 0));
  },
  max_user_namespaces_write: async (live, task, args) =>
    writeText(live, task, await maxNamespacesFile(live, task), String(args.max)),
  max_user_namespaces_read: async (live, task) => {
    const text = await readText(live, task, await maxNamespacesFile(live, task));
    return typeof text === "string" ? { ok: true, max: Number(text) } : text;
  },
  getpriority_user: async ({ agent }, { proc }, args) => {
    const got = await agent.sys(proc, "getpriority", PRIO_USER, numberOf(args, "uid"));
    // The system call counts from 40, for nice -20, down to 1.
    return got.errno === null ? { ok: true, nice: 20 - got.result } : recorded(got);
  },
  comm_write: (live, task, args) => writeText(live, task, procFile(live, args, "comm"), textOf(args, "text")),
  oom_score_adj_write: (live, task, args) =>
    writeText(live, task, procFile(live, args, "oom_score_adj"), textOf(args, "text")),
  loginuid_read: async (live, task, args) => {
    const text = await readText(live, task, procFile(live, args, "loginuid"));
    return typeof text === "string" ? { ok: true, uid: Number(text) } : text;
  },
  loginuid_write: (live, task, args) =>
    writeText(live, task, procFile(live, args, "loginuid"), String(numberOf(args, "uid"))),
};
