/** Credentials over unix sockets, on the running kernel. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import { NotRun } from "./agent.ts";
import { numberOf, textOf } from "./arguments.ts";
import { type LiveCalls, recorded } from "./call.ts";
import { AF_UNIX, SO, SOCK, SOL_SOCKET, u32s } from "./linux.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

/** struct sockaddr_un of an abstract address. */
function address(name: string): Uint8Array {
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, Buffer.from(`\0userns-live-${name}`)]);
}

/** Room for more groups than a scenario's tasks have. */
const GROUPS = { out: 256 };

function socketEnd(live: LiveWorld, args: Values): number {
  const fd = live.socketPairs.get(textOf(args, "sock"))?.[numberOf(args, "end")];
  if (fd === undefined) throw new NotRun("no such socket");
  return fd;
}

function held(task: LiveTask, name: string): number {
  const fd = task.fds.get(name);
  if (fd === undefined) throw new NotRun(`no socket ${name}`);
  return fd;
}

/** A pid as a scenario says it: the name of a task, "@root" or one of ours too; "?" for any other process. */
function nameOf(live: LiveWorld, pid: number): string {
  for (const [name, { proc }] of live.tasks) if (proc.pid === pid) return name;
  return "?";
}

function pidOf(live: LiveWorld, task: LiveTask, value: unknown): number {
  if (typeof value === "number") return value;
  if (value === undefined || value === "self") return task.proc.pid;
  const other = typeof value === "string" ? live.tasks.get(value) : undefined;
  if (!other) throw new NotRun(`no task ${String(value)}`);
  return other.proc.pid;
}

async function peerCred(live: LiveWorld, task: LiveTask, fd: number): Promise<Values> {
  const asked = await live.agent.sys(task.proc, "getsockopt", fd, SOL_SOCKET, SO.PEERCRED, { out: 12 }, u32s(12));
  const ucred = asked.buffers[0];
  if (asked.errno !== null || !ucred) return recorded(asked);
  return { ok: true, pid: nameOf(live, ucred.readInt32LE(0)), uid: ucred.readUInt32LE(4), gid: ucred.readUInt32LE(8) };
}

export const SOCKET_CALLS: LiveCalls = {
  sendcred: async (live, task, args) => {
    const fd = socketEnd(live, args);
    if (args.implicit === true) return recorded(await live.agent.perform(task.proc, "sendcred", fd, "implicit"));
    const pid = pidOf(live, task, args.pid);
    return recorded(
      await live.agent.perform(task.proc, "sendcred", fd, pid, numberOf(args, "uid"), numberOf(args, "gid")),
    );
  },
  recvcred: async (live, task, args) => {
    const got = await live.agent.perform(task.proc, "recv", socketEnd(live, args));
    if (got.errno !== null) return recorded(got);
    const [pid = -1, uid, gid] = got.rest;
    return { ok: true, cred: pid === -1 ? null : { pid: nameOf(live, pid), uid, gid } };
  },
  listen: async ({ agent }, task, args) => {
    const name = textOf(args, "name");
    const { result } = await agent.must(task.proc, "socket", AF_UNIX, SOCK.stream, 0);
    const at = address(name);
    await agent.must(task.proc, "bind", result, at, at.length);
    await agent.must(task.proc, "listen", result, 8);
    task.fds.set(`L${name}`, result);
    return { ok: true };
  },
  connect: async ({ agent }, task, args) => {
    const name = textOf(args, "name");
    const { result } = await agent.must(task.proc, "socket", AF_UNIX, SOCK.stream, 0);
    const at = address(name);
    const connected = await agent.sys(task.proc, "connect", result, at, at.length);
    task.fds.set(`C${name}`, result);
    return recorded(connected);
  },
  accept: async ({ agent }, task, args) => {
    const name = textOf(args, "name");
    const accepted = await agent.sys(task.proc, "accept4", held(task, `L${name}`), 0, 0, 0);
    if (accepted.errno === null) task.fds.set(`A${name}`, accepted.result);
    return recorded(accepted);
  },
  socketpair: async ({ agent }, task, args) => {
    const name = textOf(args, "name");
    const { buffers } = await agent.must(task.proc, "socketpair", AF_UNIX, SOCK.stream, 0, { out: 8 });
    for (const [prefix, at] of [
      ["A", 0],
      ["C", 4],
    ] as const) {
      const fd = buffers[0]?.readInt32LE(at);
      if (fd !== undefined) task.fds.set(prefix + name, fd);
    }
    return { ok: true };
  },
  peercred: (live, task, args) =>
    peerCred(live, task, held(task, (args.side === "accepted" ? "A" : "C") + textOf(args, "name"))),
  peergroups: async ({ agent }, task, args) => {
    const fd = held(task, (args.side === "accepted" ? "A" : "C") + textOf(args, "name"));
    const asked = await agent.sys(task.proc, "getsockopt", fd, SOL_SOCKET, SO.PEERGROUPS, GROUPS, u32s(GROUPS.out));
    const [groups, length] = asked.buffers;
    if (asked.errno !== null || !groups || !length) return recorded(asked);
    const count = length.readUInt32LE(0) / 4;
    return { ok: true, groups: Array.from({ length: count }, (_, at) => groups.readUInt32LE(4 * at)) };
  },
  peercred_fd: (live, task, args) => peerCred(live, task, held(task, textOf(args, "fd"))),
  sendfd: async (live, task, args) =>
    recorded(await live.agent.perform(task.proc, "sendfd", socketEnd(live, args), held(task, textOf(args, "fd")))),
  recvfd: async (live, task, args) => {
    const got = await live.agent.perform(task.proc, "recv", socketEnd(live, args));
    const passed = got.rest[3] ?? -1;
    if (got.errno === null && passed >= 0) task.fds.set(textOf(args, "fd"), passed);
    return recorded(got);
  },
};
