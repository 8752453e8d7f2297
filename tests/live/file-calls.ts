/** Files on the running kernel. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import { AT_FDCWD, NotRun, type SysArg } from "./agent.ts";
import { bitsOf, modeOf, numberOf, textOf, wordOf } from "./arguments.ts";
import { type LiveCall, type LiveCalls, recorded } from "./call.ts";
import { pathIn } from "./files.ts";
import { writeKept } from "./kept.ts";
import { AT, O, S_IF } from "./linux.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

/** Below the root directory of a task, by its name. */
const THROUGH_PROC = /^\/proc\/([^/]+)(\/(?:root|cwd)(?:\/.*)?)$/;

/** A scenario's `mount:path`, or a path of the machine. */
export function pathOf(live: LiveWorld, args: Values, key = "path"): string {
  const { agent } = live;
  const path = textOf(args, key);
  const through = THROUGH_PROC.exec(path);
  if (through) {
    const [, name = "", rest = ""] = through;
    const task = live.tasks.get(name);
    if (!task) throw new NotRun(`no task ${name}`);
    return `${agent.procPath}/${task.proc.pid}${rest}`;
  }
  if (path.startsWith("/")) return path;
  if (agent.home !== null) throw new NotRun("a mount by its name, where others have places");
  const cut = path.indexOf(":");
  return pathIn(agent, path.slice(0, cut), path.slice(cut + 1));
}

/** A system call on the step's path: its name, and its arguments. */
function onPath(name: string, argsOf: (path: string, args: Values) => readonly SysArg[]): LiveCall {
  return async (live, { proc }, args) =>
    recorded(await live.agent.sys(proc, name, ...argsOf(pathOf(live, args), args)));
}

const STATX_BYTES = 256;
const STATX_BASIC = 0x7ff;
const TYPE_NAMES = new Map<number, string>(Object.entries(S_IF).map(([name, bits]) => [bits, name]));

/** lstat. @source statx(2): stx_uid at byte 20, stx_gid at 24, stx_mode at 28 */
export async function statPath({ agent }: LiveWorld, { proc }: LiveTask, path: string): Promise<Values> {
  const done = await agent.sys(proc, "statx", AT_FDCWD, path, AT.SYMLINK_NOFOLLOW, STATX_BASIC, { out: STATX_BYTES });
  const stat = done.buffers[0];
  if (done.errno !== null || !stat) return recorded(done);
  const mode = stat.readUInt16LE(28);
  return {
    ok: true,
    uid: stat.readUInt32LE(20),
    gid: stat.readUInt32LE(24),
    mode: (mode & 0o7777).toString(8).padStart(4, "0"),
    type: TYPE_NAMES.get(mode & 0o170000),
  };
}

const UTIME_NOW = (1n << 30n) - 1n;
const UTIME_OMIT = (1n << 30n) - 2n;
const SET = [1_000_000_000n, 0n];
const NOW = [0n, UTIME_NOW];
const OMIT = [0n, UTIME_OMIT];
const TOUCHES: { readonly [how: string]: readonly bigint[] | null } = {
  now: [...NOW, ...NOW],
  set: [...SET, ...SET],
  atime_now_mtime_omit: [...NOW, ...OMIT],
  atime_now_mtime_set: [...NOW, ...SET],
  both_omit: [...OMIT, ...OMIT],
};

const RENAME = { "": 0, noreplace: 1, exchange: 2, whiteout: 4 } as const;
const ACCESS_BITS = { x: 1, w: 2, r: 4 } as const;
const OPEN_FLAGS = {
  creat: O.creat,
  excl: O.excl,
  trunc: O.trunc,
  append: O.append,
  noatime: O.noatime,
  tmpfile: O.tmpfile,
  nonblock: O.nonblock,
  directory: O.directory,
  nofollow: O.nofollow,
};
const ACCESS_MODES = { r: O.r, w: O.w, rw: O.rw };
const XATTR_BYTES = 4096;
const LISTING_BYTES = 4096;
/** More than any file has that a vector reads. */
const READ_BYTES = 4096;
/** More than the program has. */
const COPIED_BYTES = 1 << 26;

function accessMask(args: Values): number {
  return [...textOf(args, "mode")].reduce((mask, letter) => {
    if (letter !== "r" && letter !== "w" && letter !== "x") throw new NotRun(`access for ${letter}`);
    return mask | ACCESS_BITS[letter];
  }, 0);
}

const ownerOf = (args: Values, key: string) =>
  args[key] === null || args[key] === undefined ? -1 : numberOf(args, key);

export const FILE_CALLS: LiveCalls = {
  stat: (live, task, args) => statPath(live, task, pathOf(live, args)),
  access: async (live, { proc }, args) => {
    const [path, mask] = [pathOf(live, args), accessMask(args)];
    return recorded(
      args.eff === true
        ? await live.agent.sys(proc, "faccessat2", AT_FDCWD, path, mask, AT.EACCESS)
        : await live.agent.sys(proc, "faccessat", AT_FDCWD, path, mask),
    );
  },
  chmod: onPath("fchmodat", (path, args) => [AT_FDCWD, path, modeOf(args, "mode", "")]),
  chown: onPath("fchownat", (path, args) => [
    AT_FDCWD,
    path,
    ownerOf(args, "uid"),
    ownerOf(args, "gid"),
    args.follow === true ? 0 : AT.SYMLINK_NOFOLLOW,
  ]),
  copy_file: async (live, { proc }, args) => {
    const { agent } = live;
    const source = await agent.sys(proc, "openat", AT_FDCWD, pathOf(live, args), O.r, 0);
    if (source.errno !== null) return recorded(source);
    const flags = O.w | O.creat | O.trunc;
    const target = await agent.sys(
      proc,
      "openat",
      AT_FDCWD,
      pathOf(live, args, "to"),
      flags,
      modeOf(args, "mode", "0755"),
    );
    const written =
      target.errno === null
        ? await agent.sys(proc, "copy_file_range", source.result, 0, target.result, 0, COPIED_BYTES, 0)
        : target;
    for (const { result, errno } of [source, target]) if (errno === null) await agent.sys(proc, "close", result);
    return recorded(written);
  },
  utimens: onPath("utimensat", (path, args) => {
    const how = textOf(args, "how", "null");
    if (how === "null") return [AT_FDCWD, path, 0, AT.SYMLINK_NOFOLLOW];
    const times = wordOf(args, "how", TOUCHES);
    return [AT_FDCWD, path, new Uint8Array(BigInt64Array.from(times ?? []).buffer), AT.SYMLINK_NOFOLLOW];
  }),
  truncate: onPath("truncate", (path, args) => [path, numberOf(args, "size", 0)]),
  open: async (live, { proc }, args) => {
    const { agent } = live;
    const flags = bitsOf(args, "flags", OPEN_FLAGS) | wordOf(args, "acc", ACCESS_MODES, "r");
    const opened = await agent.sys(proc, "openat", AT_FDCWD, pathOf(live, args), flags, modeOf(args, "mode", "0644"));
    if (opened.errno === null) await agent.sys(proc, "close", opened.result);
    return recorded(opened);
  },
  write: async (live, { proc }, args) => {
    const { agent } = live;
    const opened = await agent.sys(proc, "openat", AT_FDCWD, pathOf(live, args), O.w, 0);
    if (opened.errno !== null) return recorded(opened, "open");
    const bytes = Buffer.from(textOf(args, "text", "x"), "latin1");
    const written = await agent.sys(proc, "write", opened.result, bytes, bytes.length);
    await agent.sys(proc, "close", opened.result);
    return recorded(written, "write");
  },
  read: async (live, { proc }, args) => {
    const { agent } = live;
    const opened = await agent.sys(proc, "openat", AT_FDCWD, pathOf(live, args), O.r, 0);
    if (opened.errno !== null) return recorded(opened, "open");
    const read = await agent.sys(proc, "read", opened.result, { out: READ_BYTES }, READ_BYTES);
    await agent.sys(proc, "close", opened.result);
    if (read.errno !== null) return recorded(read);
    return { ok: true, text: read.buffers[0]?.subarray(0, read.result).toString("latin1") ?? "" };
  },
  file_open: async (live, task, args) => {
    const opened = await live.agent.sys(task.proc, "openat", AT_FDCWD, pathOf(live, args), O.w, 0);
    if (opened.errno === null) task.fds.set(textOf(args, "keep"), opened.result);
    return recorded(opened);
  },
  file_write_fd: writeKept,
  readdir: async (live, { proc }, args) => {
    const { agent } = live;
    const opened = await agent.sys(proc, "openat", AT_FDCWD, pathOf(live, args), O.r | O.directory, 0);
    if (opened.errno !== null) return recorded(opened);
    const listed = await agent.sys(proc, "getdents64", opened.result, { out: LISTING_BYTES }, LISTING_BYTES);
    await agent.sys(proc, "close", opened.result);
    return recorded(listed);
  },
  mkdir: onPath("mkdirat", (path, args) => [AT_FDCWD, path, modeOf(args, "mode", "0755")]),
  mknod: onPath("mknodat", (path, args) => [
    AT_FDCWD,
    path,
    wordOf(args, "type", S_IF) | modeOf(args, "mode", "0644"),
    numberOf(args, "dev", 0),
  ]),
  symlink: onPath("symlinkat", (path, args) => [textOf(args, "target"), AT_FDCWD, path]),
  link: async (live, { proc }, args) =>
    recorded(await live.agent.sys(proc, "linkat", AT_FDCWD, pathOf(live, args), AT_FDCWD, pathOf(live, args, "to"), 0)),
  unlink: onPath("unlinkat", (path) => [AT_FDCWD, path, 0]),
  rmdir: onPath("unlinkat", (path) => [AT_FDCWD, path, AT.REMOVEDIR]),
  rename: async (live, { proc }, args) => {
    const [from, to] = [pathOf(live, args), pathOf(live, args, "to")];
    return recorded(
      await live.agent.sys(proc, "renameat2", AT_FDCWD, from, AT_FDCWD, to, wordOf(args, "how", RENAME, "")),
    );
  },
  setxattr: onPath("lsetxattr", (path, args) => {
    const value = args.hex === undefined ? Buffer.from(textOf(args, "value")) : Buffer.from(textOf(args, "hex"), "hex");
    return [path, textOf(args, "name"), value, value.length, 0];
  }),
  getxattr: async (live, { proc }, args) => {
    const room = { out: XATTR_BYTES };
    const got = await live.agent.sys(proc, "lgetxattr", pathOf(live, args), textOf(args, "name"), room, XATTR_BYTES);
    return got.errno === null
      ? { ok: true, hex: got.buffers[0]?.subarray(0, got.result).toString("hex") }
      : recorded(got);
  },
  removexattr: onPath("lremovexattr", (path, args) => [path, textOf(args, "name")]),
  exec: async (live, { proc }, args) => {
    const path = Buffer.from(pathOf(live, args)).toString("hex");
    const executed = await live.agent.perform(proc, "exec", path);
    return executed.errno === null ? { ok: true, secure: executed.rest[0] } : recorded(executed);
  },
};
