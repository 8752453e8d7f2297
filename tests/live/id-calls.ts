/** Credentials and namespaces on the running kernel. */
import { CAPABILITIES, type CapSet } from "../../src/kernel/capability.ts";
import { SECUREBITS } from "../../src/kernel/cred.ts";
import { showCaps } from "../../src/kernel/show.ts";
import { capabilities, capability } from "../../src/kernel/syscall/argument.ts";
import type { Values } from "../../src/kernel/syscall/call.ts";
import type { World } from "../../src/kernel/world.ts";
import { AT_FDCWD, NotRun, type Proc, type SysArg } from "./agent.ts";
import { bitsOf, numberOf, numbersOf, textOf, wordOf } from "./arguments.ts";
import { type LiveCall, type LiveCalls, recorded } from "./call.ts";
import { capsetArgs, readStatus, type Status } from "./capabilities.ts";
import { bytesOf, keptFd, writeKept } from "./kept.ts";
import { CLONE, NS_GET_OWNER_UID, NS_GET_PARENT, O, PR, u32s } from "./linux.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

/** A system call that takes these arguments, in order. */
function plain(name: string, ...keys: readonly string[]): LiveCall {
  return async ({ agent }, { proc }, args) =>
    recorded(await agent.sys(proc, name, ...keys.map((key) => numberOf(args, key))));
}

function fsid(name: string, key: string): LiveCall {
  return async ({ agent }, { proc }, args) => ({
    ok: true,
    old: (await agent.sys(proc, name, numberOf(args, key))).result,
  });
}

function capsOf(value: unknown, world: World): CapSet {
  return value === undefined ? 0n : capabilities.read(value, "caps", world);
}

function capsShown(caps: Status["caps"]): Values {
  return Object.fromEntries(Object.entries(caps).map(([name, set]) => [name, showCaps(set)]));
}

export const ID_CALLS: LiveCalls = {
  setuid: plain("setuid", "uid"),
  setgid: plain("setgid", "gid"),
  setreuid: plain("setreuid", "r", "e"),
  setregid: plain("setregid", "r", "e"),
  setresuid: plain("setresuid", "r", "e", "s"),
  setresgid: plain("setresgid", "r", "e", "s"),
  setfsuid: fsid("setfsuid", "uid"),
  setfsgid: fsid("setfsgid", "gid"),
  setgroups: async ({ agent }, { proc }, args) => {
    const groups = numbersOf(args, "groups");
    return recorded(await agent.sys(proc, "setgroups", groups.length, u32s(...groups)));
  },
  getresuid: async ({ agent }, { proc }) => {
    const { uid } = await readStatus(agent, proc, "self");
    return { ok: true, uid: uid.slice(0, 3) };
  },
  getuid: async ({ agent }, { proc }) => {
    const { uid, gid } = await readStatus(agent, proc, "self");
    return { ok: true, uid: uid[0], euid: uid[1], gid: gid[0], egid: gid[1] };
  },
  creds: async ({ agent }, { proc }) => {
    const { uid, gid, groups, caps } = await readStatus(agent, proc, "self");
    return { ok: true, uid, gid, groups, caps: capsShown(caps) };
  },
  view: async (live, { proc }, args) => {
    const { uid, gid, groups } = await readStatus(live.agent, proc, taskAt(live, args, "of").proc.pid);
    return { ok: true, uid, gid, groups };
  },
  proc_status: async (live, { proc }, args) => {
    const { agent } = live;
    const { pid } = taskAt(live, args, "target").proc;
    const opened = await agent.sys(proc, "openat", AT_FDCWD, `${agent.procPath}/${pid}/status`, O.r, 0);
    if (opened.errno !== null) return recorded(opened, "open");
    await agent.sys(proc, "close", opened.result);
    const { uid, gid, groups, caps } = await readStatus(agent, proc, pid);
    return { ok: true, uid, gid, groups, caps: capsShown(caps) };
  },
  capset: async ({ agent, world }, { proc }, args) =>
    recorded(
      await agent.sys(
        proc,
        "capset",
        ...capsetArgs(capsOf(args.eff, world), capsOf(args.perm, world), capsOf(args.inh, world)),
      ),
    ),
  prctl: async ({ agent, world }, { proc }, args) => {
    const ask = (...numbers: readonly number[]) => agent.sys(proc, "prctl", ...numbers, 0, 0, 0);
    const capabilityNumber = () => CAPABILITIES.indexOf(capability.read(args.cap, "cap", world));
    const shown = async (option: number) => ({ ok: true, v: (await ask(option)).result });
    const op = textOf(args, "op");
    switch (op) {
      case "securebits":
        return recorded(await ask(PR.SET_SECUREBITS, bitsOf(args, "bits", SECUREBITS)));
      case "get_securebits":
        return shown(PR.GET_SECUREBITS);
      case "dumpable":
        return recorded(await ask(PR.SET_DUMPABLE, numberOf(args, "v")));
      case "get_dumpable":
        return shown(PR.GET_DUMPABLE);
      case "nnp":
        return recorded(await ask(PR.SET_NO_NEW_PRIVS, 1));
      case "ambient_raise":
        return recorded(await ask(PR.CAP_AMBIENT, PR.CAP_AMBIENT_RAISE, capabilityNumber()));
      case "bset_drop":
        return recorded(await ask(PR.CAPBSET_DROP, capabilityNumber()));
    }
    throw new NotRun(`prctl ${op}`);
  },
};

export function taskAt(live: LiveWorld, args: Values, key: string): LiveTask {
  const name = textOf(args, key);
  const task = live.tasks.get(name);
  if (!task) throw new NotRun(`no task ${name}`);
  return task;
}

function namespaceFd(fds: ReadonlyMap<string, number>, args: Values, key: string): number {
  const name = textOf(args, key);
  const fd = fds.get(name);
  if (fd === undefined) throw new NotRun(`no descriptor for namespace ${name}`);
  return fd;
}

/** A user namespace as a step names it: a descriptor, or the path of a task's file of it. */
export function nsFileOf(live: LiveWorld, args: Values): number | string {
  const [, name, link] = /^\/proc\/([^/]+)\/ns\/(\w+)$/.exec(textOf(args, "ns")) ?? [];
  if (name === undefined) return namespaceFd(live.userNsFds, args, "ns");
  const task = live.tasks.get(name);
  if (!task) throw new NotRun(`no task ${name}`);
  return `${live.agent.procPath}/${task.proc.pid}/ns/${link}`;
}

/** Ask about the namespace that a step names. What is refused at opening its file says so. */
async function withNsFile(live: LiveWorld, proc: Proc, args: Values, ask: (fd: number) => Promise<Values>) {
  const ns = nsFileOf(live, args);
  if (typeof ns === "number") return ask(ns);
  const opened = await live.agent.sys(proc, "openat", AT_FDCWD, ns, O.r, 0);
  if (opened.errno !== null) return recorded(opened, "ns");
  const answer = await ask(opened.result);
  await live.agent.sys(proc, "close", opened.result);
  return answer;
}

export const NAMESPACE_CALLS: LiveCalls = {
  unshare_user: async (live, { proc }, args) => {
    const { agent } = live;
    const made = await agent.sys(proc, "unshare", CLONE.user);
    if (made.errno === null && args.as !== undefined) live.residents.set(textOf(args, "as"), proc);
    return recorded(made);
  },
  unshare: async ({ agent }, { proc }, args) =>
    recorded(await agent.sys(proc, "unshare", bitsOf(args, "flags", CLONE))),
  setns: (live, { proc }, args) =>
    withNsFile(live, proc, args, async (fd) => recorded(await live.agent.sys(proc, "setns", fd, 0))),
  setns_uts: async ({ agent, utsNsFds }, { proc }, args) =>
    recorded(await agent.sys(proc, "setns", namespaceFd(utsNsFds, args, "owner"), CLONE.uts)),
  sethostname: async ({ agent }, { proc }) => recorded(await agent.sys(proc, "sethostname", "live", 4)),
  ns_owner_uid: (live, { proc }, args) =>
    withNsFile(live, proc, args, async (fd) => {
      const asked = await live.agent.sys(proc, "ioctl", fd, NS_GET_OWNER_UID, { out: 4 });
      return asked.errno === null ? { ok: true, uid: asked.buffers[0]?.readUInt32LE(0) } : recorded(asked);
    }),
  ns_parent_fd: async ({ agent, userNsFds }, { proc }, args) => {
    const asked = await agent.sys(proc, "ioctl", namespaceFd(userNsFds, args, "ns"), NS_GET_PARENT);
    if (asked.errno === null) await agent.sys(proc, "close", asked.result);
    return recorded(asked);
  },
};

/** The /proc path of a map file. */
function mapPath(live: LiveWorld, args: Values): string {
  const ns = textOf(args, "ns");
  const file = textOf(args, "file");
  const { procPath } = live.agent;
  if (ns === "self") return `${procPath}/self/${file}`;
  const resident = ns.startsWith("/proc/") ? live.tasks.get(ns.slice(6))?.proc : live.residents.get(ns);
  if (!resident) throw new NotRun(`no resident of ${ns}`);
  return `${procPath}/${resident.pid}/${file}`;
}

const MAP_BYTES = 16384;

async function readAll(live: LiveWorld, task: LiveTask, fd: number): Promise<Values> {
  const { agent } = live;
  await agent.sys(task.proc, "lseek", fd, 0, 0);
  const chunks: Buffer[] = [];
  for (;;) {
    const { result, errno, buffers } = await agent.sys(task.proc, "read", fd, { out: MAP_BYTES }, MAP_BYTES);
    if (errno !== null) return { errno };
    if (result === 0) return { ok: true, text: Buffer.concat(chunks).toString("latin1") };
    if (buffers[0]) chunks.push(buffers[0].subarray(0, result));
  }
}

async function readMap(live: LiveWorld, task: LiveTask, args: Values): Promise<Values> {
  const opened = await live.agent.sys(task.proc, "openat", AT_FDCWD, mapPath(live, args), O.r, 0);
  if (opened.errno !== null) return recorded(opened, "open");
  const read = await readAll(live, task, opened.result);
  await live.agent.sys(task.proc, "close", opened.result);
  return read;
}

export const MAP_CALLS: LiveCalls = {
  map_write: async (live, { proc }, args) => {
    const { agent } = live;
    const opened = await agent.sys(proc, "openat", AT_FDCWD, mapPath(live, args), wordOf(args, "acc", O, "w"), 0);
    if (opened.errno !== null) return recorded(opened, "open");
    const fd = opened.result;
    if (args.lseek !== undefined) await agent.sys(proc, "lseek", fd, numberOf(args, "lseek"), 0);
    const bytes = bytesOf(args);
    const what: readonly SysArg[] = [fd, bytes, bytes.length];
    const written =
      args.offset === undefined
        ? await agent.sys(proc, "write", ...what)
        : await agent.sys(proc, "pwrite64", ...what, numberOf(args, "offset"));
    await agent.sys(proc, "close", fd);
    return written.errno === null ? { ok: true, n: written.result } : recorded(written, "write");
  },
  map_read: readMap,
  map_lines: async (live, task, args) => {
    const { text, ...shown } = await readMap(live, task, args);
    if (typeof text !== "string") return shown;
    const lines = text.split("\n").filter(Boolean);
    return { ok: true, lines: lines.map((line) => line.trim().split(/ +/).map(Number)) };
  },
  map_open: async (live, task, args) => {
    const acc = wordOf(args, "acc", O, "rw");
    const opened = await live.agent.sys(task.proc, "openat", AT_FDCWD, mapPath(live, args), acc, 0);
    if (opened.errno === null) task.fds.set(textOf(args, "keep"), opened.result);
    return recorded(opened);
  },
  map_write_fd: writeKept,
  map_read_fd: (live, task, args) => readAll(live, task, keptFd(task, args)),
};
