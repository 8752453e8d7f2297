/** A world of the model, made on the running kernel: namespaces, processes and sockets. */
import { ALL_CAPS, type CapSet, capSet, capsWithout } from "../../src/kernel/capability.ts";
import type { CredIds } from "../../src/kernel/cred.ts";
import { formatMap } from "../../src/kernel/map-text.ts";
import { readMap } from "../../src/kernel/map-write.ts";
import type { Task } from "../../src/kernel/task.ts";
import type { UserNamespace } from "../../src/kernel/user-namespace.ts";
import { ROOT, type World } from "../../src/kernel/world.ts";
import { AGENT, type Agent, AT_FDCWD, NotRun, type Proc } from "./agent.ts";
import { boundBy, capsetArgs, raiseAmbient, readStatus } from "./capabilities.ts";
import { AF_UNIX, CLONE, F_DUPFD, O, PR, SO, SOCK, SOL_SOCKET, u32s } from "./linux.ts";

/** A process that a scenario's task is. */
export interface LiveTask {
  readonly proc: Proc;
  /** Descriptors that it keeps, by the name the scenario gave them. */
  readonly fds: Map<string, number>;
}

export interface LiveWorld {
  readonly agent: Agent;
  /** What was asked for: the names of a scenario are read against it. */
  readonly world: World;
  /** Descriptors that every process inherits, by the name of the user namespace. */
  readonly userNsFds: Map<string, number>;
  readonly utsNsFds: Map<string, number>;
  /** The process through whose /proc directory a namespace's map files are reached. */
  readonly residents: Map<string, Proc>;
  readonly tasks: Map<string, LiveTask>;
  readonly socketPairs: Map<string, readonly [number, number]>;
  /** The capabilities that root of the initial namespace has here. */
  readonly rootCaps: CapSet;
}

/** Where descriptors that processes inherit begin. */
const FIRST_INHERITED = 100;
const SECBIT_NO_SETUID_FIXUP = 4;

/** @returns a descriptor that processes made from now on have too */
export async function keepOpen(agent: Agent, path: string): Promise<number> {
  const opened = await agent.must(AGENT, "openat", AT_FDCWD, path, O.r, 0);
  return makeInherited(agent, opened.result);
}

async function makeInherited(agent: Agent, fd: number): Promise<number> {
  const kept = await agent.must(AGENT, "fcntl", fd, F_DUPFD, FIRST_INHERITED);
  agent.queue(AGENT, "close", fd);
  return kept.result;
}

/** Namespaces and their residents. What mounts need, and processes; {@link setUpTasks} comes after the mounts. */
export async function setUpNamespaces(agent: Agent, world: World): Promise<LiveWorld> {
  await agent.reset();
  // What System V IPC keeps outlives those who made it.
  agent.queue(AGENT, "unshare", CLONE.ipc);
  agent.queue(AGENT, "prctl", PR.SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0);
  const { bset } = (await readStatus(agent, AGENT, "self")).caps;
  const rootCaps = world.machine.rootCaps;
  if (capsWithout(rootCaps, bset) !== 0n) throw new NotRun("root of this machine lacks capabilities");
  boundBy(agent, AGENT, rootCaps, bset);
  agent.queue(AGENT, "capset", ...capsetArgs(rootCaps, rootCaps, 0n));
  const live: LiveWorld = {
    agent,
    world,
    userNsFds: new Map(),
    utsNsFds: new Map(),
    residents: new Map(),
    tasks: new Map(),
    socketPairs: new Map(),
    rootCaps,
  };
  live.userNsFds.set(world.initUserNs.name, await keepOpen(agent, "/proc/self/ns/user"));
  live.utsNsFds.set(world.initUserNs.name, await keepOpen(agent, "/proc/self/ns/uts"));
  for (const ns of world.userNamespaces.values()) if (ns.parent) await makeNamespace(live, world, ns, ns.parent);
  return live;
}

function fdOf(fds: ReadonlyMap<string, number>, name: string): number {
  const fd = fds.get(name);
  if (fd === undefined) throw new NotRun(`no descriptor for namespace ${name}`);
  return fd;
}

/** Enter a user namespace from the initial one. Kernel ids stay; every capability is gained there. */
function enter({ agent, userNsFds }: LiveWorld, proc: Proc, ns: UserNamespace): void {
  if (ns.parent) agent.queue(proc, "setns", fdOf(userNsFds, ns.name), CLONE.user);
}

/** Take ids, as root of the initial namespace, and keep the capabilities. */
function takeIds(agent: Agent, proc: Proc, uid: CredIds<"uid">, gid: CredIds<"gid">): void {
  agent.queue(proc, "setresgid", gid.real.id, gid.effective.id, gid.saved.id);
  agent.queue(proc, "setfsgid", gid.fs.id);
  agent.queue(proc, "setresuid", uid.real.id, uid.effective.id, uid.saved.id);
  agent.queue(proc, "setfsuid", uid.fs.id);
}

async function makeNamespace(live: LiveWorld, world: World, ns: UserNamespace, parent: UserNamespace): Promise<void> {
  const { agent, rootCaps } = live;
  const proc = await agent.fork();
  const { uid, gid } = ns.owner;
  agent.queue(proc, "setresgid", gid.id, gid.id, gid.id);
  agent.queue(proc, "setresuid", uid.id, uid.id, uid.id);
  enter(live, proc, parent);
  if (!ns.parentCouldSetfcap) {
    const held = parent.parent ? ALL_CAPS : rootCaps;
    agent.queue(proc, "capset", ...capsetArgs(capsWithout(held, capSet(["setfcap"])), held, 0n));
  }
  agent.queue(proc, "unshare", CLONE.user);
  agent.queue(proc, "prctl", PR.SET_DUMPABLE, 1, 0, 0, 0);
  live.residents.set(ns.name, proc);
  live.userNsFds.set(ns.name, await keepOpen(agent, `/proc/${proc.pid}/ns/user`));
  if (world.utsNamespaces.has(ns.name)) {
    agent.queue(proc, "unshare", CLONE.uts);
    live.utsNsFds.set(ns.name, await keepOpen(agent, `/proc/${proc.pid}/ns/uts`));
  }
  await writeMaps(live, world, ns, parent, proc);
}

async function writeMaps(live: LiveWorld, world: World, ns: UserNamespace, parent: UserNamespace, of: Proc) {
  const { agent } = live;
  const writer = parent.parent ? await agent.fork() : AGENT;
  enter(live, writer, parent);
  const writeFile = async (name: string, text: string) => {
    const opened = await agent.must(writer, "openat", AT_FDCWD, `/proc/${of.pid}/${name}`, O.w, 0);
    agent.queue(writer, "write", opened.result, text, text.length);
    agent.queue(writer, "close", opened.result);
  };
  if (!ns.setgroupsAllowed && parent.setgroupsAllowed) await writeFile("setgroups", "deny");
  const opener = world.residents.get(parent)?.cred;
  if (!opener) throw new Error(`${parent.name} has no resident`);
  for (const kind of ["uid", "gid", "projid"] as const) {
    if (ns.maps[kind].extents.length === 0) continue;
    const text = formatMap(readMap(world, ns, kind, opener));
    await writeFile(`${kind}_map`, text.replace(/ +/g, " ").replace(/^ /gm, ""));
  }
}

/** Socket pairs, then processes: they inherit the sockets. */
export async function setUpTasks(live: LiveWorld, world: World): Promise<void> {
  const { agent } = live;
  for (const [name, [first]] of world.socketPairs) {
    const made = await agent.must(AGENT, "socketpair", AF_UNIX, SOCK[first.type], 0, { out: 8 });
    const ends = [made.buffers[0]?.readInt32LE(0), made.buffers[0]?.readInt32LE(4)];
    const kept = [];
    for (const end of ends) {
      if (end === undefined) throw new NotRun("setup: socketpair gave no descriptors");
      if (first.passcred) agent.queue(AGENT, "setsockopt", end, SOL_SOCKET, SO.PASSCRED, u32s(1), 4);
      kept.push(await makeInherited(agent, end));
    }
    const [a, b] = kept;
    if (a !== undefined && b !== undefined) live.socketPairs.set(name, [a, b]);
  }
  for (const task of world.tasks.values()) {
    const proc = await agent.fork();
    if (task.name === ROOT) live.residents.set(world.initUserNs.name, proc);
    else await become(live, world, proc, task);
    agent.queue(proc, "prctl", PR.SET_DUMPABLE, task.dumpable, 0, 0, 0);
    live.tasks.set(task.name, { proc, fds: new Map() });
  }
}

/** From root of the initial namespace to what the task is. */
async function become(live: LiveWorld, world: World, proc: Proc, task: Task): Promise<void> {
  const { agent, rootCaps } = live;
  const { cred } = task;
  if (task.session === task.pid) agent.queue(proc, "setsid");
  const groups = Array.from(cred.groups, ({ id }) => id);
  agent.queue(proc, "setgroups", groups.length, u32s(...groups));
  takeIds(agent, proc, cred.uid, cred.gid);
  if (task.mmNs.parent) await execIn(live, proc, task);
  if (cred.userNs !== task.mmNs) enter(live, proc, cred.userNs);
  if (task.mountNs !== world.initMountNs) agent.queue(proc, "unshare", CLONE.mnt);
  const held = cred.userNs.parent ? ALL_CAPS : rootCaps;
  agent.queue(proc, "capset", ...capsetArgs(held, held, cred.inheritable));
  raiseAmbient(agent, proc, cred.ambient);
  agent.queue(proc, "prctl", PR.SET_SECUREBITS, cred.securebits, 0, 0, 0);
  boundBy(agent, proc, cred.bounding, held);
  agent.queue(proc, "capset", ...capsetArgs(cred.effective, cred.permitted, cred.inheritable));
  if (task.noNewPrivs) agent.queue(proc, "prctl", PR.SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  agent.queue(proc, "umask", task.umask);
}

/** Execute the agent's program anew in the namespace that shall own the memory; ambient capabilities last through it. */
async function execIn(live: LiveWorld, proc: Proc, task: Task): Promise<void> {
  const { agent } = live;
  for (const { real, effective, saved, fs } of [task.cred.uid, task.cred.gid])
    if ([effective, saved, fs].some(({ id }) => id !== real.id))
      throw new NotRun("a process with differing ids that executed in a namespace below");
  enter(live, proc, task.mmNs);
  agent.queue(proc, "capset", ...capsetArgs(ALL_CAPS, ALL_CAPS, ALL_CAPS));
  raiseAmbient(agent, proc, ALL_CAPS);
  const executed = await agent.perform(proc, "exec", Buffer.from(agent.program.path).toString("hex"));
  if (executed.errno !== null) throw new NotRun(`setup: execve failed with ${executed.errno}`);
}
