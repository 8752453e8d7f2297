/** Mounts on the running kernel. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import { AT_FDCWD, NotRun, type SysResult } from "./agent.ts";
import { bitsOf, listOf, numberOf, textOf } from "./arguments.ts";
import { type LiveCalls, recorded } from "./call.ts";
import { pathOf } from "./file-calls.ts";
import { pathIn } from "./files.ts";
import { nsFileOf } from "./id-calls.ts";
import { AT, AT_RECURSIVE, FSCONFIG, MOUNT_ATTR, MOVE_MOUNT_F_EMPTY_PATH, O, OPEN_TREE_CLONE, u64s } from "./linux.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

/** No process has so many descriptors. */
const CLOSED_FD = 4096;
const ATTR_BYTES = 32;
const MS_PRIVATE = 1 << 18;
const MS_REC = 16384;

/** Files of /proc/self that are no user namespace, by the word that a scenario has for it. */
const OTHER_FDS: { readonly [word: string]: string } = { notns: "status", mntns: "ns/mnt" };

interface Attributes {
  readonly bytes: Uint8Array;
  readonly close: readonly number[];
}

/** One change as `struct mount_attr`: set, cleared, propagation, userns_fd. */
async function attributes(live: LiveWorld, { proc }: LiveTask, change: unknown): Promise<Attributes> {
  if (typeof change !== "object" || change === null) throw new NotRun("a change that is no object");
  const args: Values = Object.fromEntries(Object.entries(change));
  const [set, clr] = [bitsOf(args, "set", MOUNT_ATTR), bitsOf(args, "clr", MOUNT_ATTR)];
  if (args.userns === undefined) return { bytes: u64s(set, clr, 0, 0), close: [] };
  const name = textOf(args, "userns");
  if (name === "badfd") return { bytes: u64s(set, clr, 0, CLOSED_FD), close: [] };
  const other = OTHER_FDS[name];
  if (other !== undefined) {
    const { result } = await live.agent.must(proc, "openat", AT_FDCWD, `${live.agent.procPath}/self/${other}`, O.r, 0);
    return { bytes: u64s(set, clr, 0, result), close: [result] };
  }
  const fd = live.userNsFds.get(name);
  if (fd === undefined) throw new NotRun(`no descriptor for namespace ${name}`);
  return { bytes: u64s(set, clr, 0, fd), close: [] };
}

async function closeAll({ agent }: LiveWorld, { proc }: LiveTask, fds: readonly number[]): Promise<void> {
  for (const fd of fds) await agent.sys(proc, "close", fd);
}

/** Attach a mount that has been made. That the caller may is what making it asked. */
async function attach(live: LiveWorld, { proc }: LiveTask, tree: number, name: string): Promise<void> {
  await live.agent.must(proc, "move_mount", tree, "", AT_FDCWD, pathIn(live.agent, name), MOVE_MOUNT_F_EMPTY_PATH);
}

async function openTree(live: LiveWorld, { proc }: LiveTask, args: Values, flags: number): Promise<SysResult> {
  return live.agent.sys(proc, "open_tree", AT_FDCWD, pathOf(live, args), OPEN_TREE_CLONE | flags);
}

export const MOUNT_CALLS: LiveCalls = {
  mount_setattr: async (live, task, args) => {
    const flags = args.recursive === true ? AT_RECURSIVE : 0;
    const isClone = textOf(args, "on") === "clone";
    const tree = isClone ? await openTree(live, task, args, flags) : null;
    if (tree && tree.errno !== null) return recorded(tree, "open_tree");
    for (const [index, change] of listOf(args, "changes").entries()) {
      const { bytes, close } = await attributes(live, task, change);
      const at = tree ? [tree.result, "", AT.EMPTY_PATH | flags] : [AT_FDCWD, pathOf(live, args), flags];
      const changed = await live.agent.sys(task.proc, "mount_setattr", ...at, bytes, ATTR_BYTES);
      await closeAll(live, task, close);
      if (changed.errno !== null) return recorded(changed, `setattr${index}`);
    }
    if (tree) await closeAll(live, task, [tree.result]);
    return { ok: true };
  },
  open_tree_attr: async (live, task, args) => {
    const { bytes, close } = await attributes(live, task, listOf(args, "changes")[0]);
    const flags = args.clone === false ? 0 : OPEN_TREE_CLONE;
    const path = pathOf(live, args);
    const tree = await live.agent.sys(task.proc, "open_tree_attr", AT_FDCWD, path, flags, bytes, ATTR_BYTES);
    if (tree.errno === "ENOSYS") throw new NotRun("this kernel has no open_tree_attr");
    if (tree.errno === null && args.attach !== undefined) await attach(live, task, tree.result, textOf(args, "attach"));
    await closeAll(live, task, tree.errno === null ? [...close, tree.result] : close);
    return recorded(tree);
  },
  bind: async (live, task, args) => {
    const tree = await openTree(live, task, args, 0);
    if (tree.errno !== null) return recorded(tree, "open_tree");
    await attach(live, task, tree.result, textOf(args, "attach"));
    await closeAll(live, task, [tree.result]);
    return { ok: true };
  },
  mount_tmpfs: async (live, task, args) => {
    const { agent } = live;
    const context = await agent.sys(task.proc, "fsopen", "tmpfs", 0);
    if (context.errno !== null) return recorded(context, "fsopen");
    const { options = {} } = args;
    if (typeof options !== "object" || options === null) throw new NotRun("options that are no object");
    const commands = Object.entries(options).map(
      ([key, value]) => [FSCONFIG.SET_STRING, key, String(value), 0] as const,
    );
    for (const command of [...commands, [FSCONFIG.CMD_CREATE, 0, 0, 0] as const]) {
      const done = await agent.sys(task.proc, "fsconfig", context.result, ...command);
      if (done.errno !== null) return recorded(done, "fsconfig");
    }
    const tree = await agent.sys(task.proc, "fsmount", context.result, 0, 0);
    if (tree.errno !== null) return recorded(tree, "fsmount");
    const stat = await agent.must(task.proc, "statx", tree.result, "", AT.EMPTY_PATH, 0x7ff, { out: 256 });
    if (args.attach !== undefined) await attach(live, task, tree.result, textOf(args, "attach"));
    return { ok: true, root_uid: stat.buffers[0]?.readUInt32LE(20), root_gid: stat.buffers[0]?.readUInt32LE(24) };
  },
  mount_overlay: async (live, task, args) => {
    const layers = { lowerdir: "lower", upperdir: "upper", workdir: "work" };
    const options = Object.entries(layers).map(([option, key]) => `${option}=${pathOf(live, args, key)}`);
    const target = pathIn(live.agent, textOf(args, "attach"));
    return recorded(await live.agent.sys(task.proc, "mount", "overlay", target, "overlay", 0, options.join()));
  },
  mount: async (live, { proc }, args) => {
    const [source, type, data] = [textOf(args, "source"), textOf(args, "type"), textOf(args, "data", "")];
    const target = pathOf(live, args, "target");
    return recorded(await live.agent.sys(proc, "mount", source, target, type, numberOf(args, "flags", 0), data));
  },
  umount: async (live, { proc }, args) =>
    recorded(await live.agent.sys(proc, "umount2", pathOf(live, args, "target"), 0)),
  make_private: async ({ agent }, { proc }) =>
    recorded(await agent.sys(proc, "mount", "none", "/", 0, MS_PRIVATE | MS_REC, 0)),
  idmap: async (live, task, args) => {
    const { agent } = live;
    const tree = await openTree(live, task, args, 0);
    if (tree.errno !== null) return recorded(tree, "open_tree");
    const ns = nsFileOf(live, args);
    const fd = typeof ns === "number" ? ns : await agent.sys(task.proc, "openat", AT_FDCWD, ns, O.r, 0);
    if (typeof fd !== "number" && fd.errno !== null) return recorded(fd, "ns");
    const close = typeof fd === "number" ? [tree.result] : [tree.result, fd.result];
    const bytes = u64s(MOUNT_ATTR.idmap, 0, 0, typeof fd === "number" ? fd : fd.result);
    const changed = await agent.sys(task.proc, "mount_setattr", tree.result, "", AT.EMPTY_PATH, bytes, ATTR_BYTES);
    const target = pathOf(live, args, "target");
    const moved =
      changed.errno === null
        ? await agent.sys(task.proc, "move_mount", tree.result, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)
        : null;
    await closeAll(live, task, close);
    return moved ? recorded(moved, "move_mount") : recorded(changed, "mount_setattr");
  },
};
