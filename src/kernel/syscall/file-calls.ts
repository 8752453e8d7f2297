import { accessPath } from "../access.ts";
import { changeMode, changeOwner, changeTimes, TOUCH_NAMES, truncatePath } from "../attributes.ts";
import { makeDirectory, makeNode, makeSymlink } from "../create.ts";
import { copyFile, openFile, readFile, writeFile, writeOpenFile } from "../file-content.ts";
import { RENAME_FLAGS } from "../inode.ts";
import { linkPath } from "../link.ts";
import { showMode } from "../mode.ts";
import { OPEN_FLAGS, openPath, readDirectory } from "../open.ts";
import { MAY } from "../permission.ts";
import { renamePath } from "../rename.ts";
import { statPath } from "../stat.ts";
import { removeDirectory, unlinkPath } from "../unlink.ts";
import { allow } from "../verdict.ts";
import { getXattr, removeXattr, setXattr } from "../xattr.ts";
import {
  type Argument,
  fileMode,
  flag,
  id,
  integer,
  integerIn,
  listOf,
  mode,
  nullable,
  oneOf,
  optional,
  scenarioError,
  text,
} from "./argument.ts";
import { bytes } from "./bytes-argument.ts";
import { type CallTable, defineCall, plain } from "./call.ts";
import { path } from "./path-argument.ts";

/** What access(2) asks for: letters of rwx. */
const wanted: Argument<number> = {
  schema: { type: "string", pattern: "^[rwx]*$" },
  isOptional: false,
  read: (value, where) => {
    if (typeof value !== "string" || !/^[rwx]*$/.test(value)) throw scenarioError(where, "letters of rwx", value);
    const bits = { r: MAY.read, w: MAY.write, x: MAY.exec };
    return Object.entries(bits).reduce((mask, [letter, bit]) => (value.includes(letter) ? mask | bit : mask), 0);
  },
};

const hex: Argument<Uint8Array> = {
  schema: { type: "string", pattern: "^([0-9a-f]{2})*$" },
  isOptional: false,
  read: (value, where) => {
    if (typeof value !== "string" || !/^([0-9a-f]{2})*$/.test(value))
      throw scenarioError(where, "pairs of 0-9a-f", value);
    return Uint8Array.from(value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  },
};

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A device's number, as mknod(2) takes it. */
const device = integerIn(0, 0xffffffff);
const owner = optional(nullable(id), null);
const access = optional(oneOf("r", "w", "rw"), "r");
const openFlags = optional(listOf(oneOf(...OPEN_FLAGS)), []);

const ATTRIBUTE_CALLS: CallTable = [
  defineCall("stat", { path }, (world, task, values) => {
    const found = statPath(world, task, values.path);
    if (!found.ok) return found;
    return allow({ ...found.value, mode: showMode(found.value.mode) });
  }),
  defineCall("access", { path, mode: wanted, eff: optional(flag, false) }, (world, task, values) =>
    plain(accessPath(world, task, values.path, values.mode, values.eff)),
  ),
  defineCall("chmod", { path, mode }, (world, task, values) =>
    plain(changeMode(world, task, values.path, values.mode)),
  ),
  defineCall(
    "chown",
    { path, uid: owner, gid: owner, follow: optional(flag, false) },
    (world, task, { path, uid, gid, follow }) =>
      plain(changeOwner(world, task, path, uid, gid, follow ? "follow" : "nofollow")),
  ),
  defineCall(
    "utimens",
    { path, how: optional(oneOf(...TOUCH_NAMES), "null"), follow: optional(flag, false) },
    (world, task, { path, how, follow }) => plain(changeTimes(world, task, path, how, follow ? "follow" : "nofollow")),
  ),
  defineCall("truncate", { path, size: optional(integer, 0) }, (world, task, { path, size }) =>
    plain(truncatePath(world, task, path, size)),
  ),
];

const CONTENT_CALLS: CallTable = [
  defineCall("open", { path, acc: access, flags: openFlags, mode: optional(mode, 0o644) }, (world, task, values) =>
    plain(openPath(world, task, values.path, { access: values.acc, flags: values.flags, mode: values.mode })),
  ),
  defineCall("read", { path }, (world, task, { path }) => {
    const held = readFile(world, task, path);
    return held.ok ? allow({ text: held.value }, held.rule) : held;
  }),
  defineCall("write", { path, text: optional(nullable(bytes), "x") }, (world, task, { path, text }) => {
    const written = writeFile(world, task, path, text);
    const isShort = written.ok && text !== null && written.value < text.length;
    return isShort ? allow({ n: written.value }, written.rule) : plain(written);
  }),
  defineCall("file_open", { path, keep: text }, (world, task, { path, keep }) => {
    const opened = openFile(world, task, path);
    if (opened.ok) task.files.set(keep, opened.value);
    return plain(opened);
  }),
  defineCall("file_write_fd", { fd: text, text: nullable(bytes) }, (world, task, { fd, text }, where) => {
    const file = task.files.get(fd);
    const known = [...task.files.keys()].join(", ") || "none";
    if (!file) throw scenarioError(`${where}.fd`, `a file that ${task.name} keeps open: ${known}`, fd);
    const written = writeOpenFile(world, task, file, text);
    return written.ok ? allow({ n: written.value }, written.rule) : written;
  }),
  defineCall("copy_file", { path, to: path, mode: optional(mode, 0o755) }, (world, task, { path, to, mode }) =>
    plain(copyFile(world, task, path, to, mode)),
  ),
  defineCall("readdir", { path }, (world, task, values) => plain(readDirectory(world, task, values.path))),
];

const NAME_CALLS: CallTable = [
  defineCall("mkdir", { path, mode: optional(mode, 0o755) }, (world, task, { path, mode }) =>
    plain(makeDirectory(world, task, path, mode)),
  ),
  defineCall(
    "mknod",
    {
      path,
      type: oneOf("file", "fifo", "sock", "chr", "blk"),
      mode: optional(fileMode, 0o644),
      dev: optional(device, 0),
    },
    (world, task, { path, type, mode, dev }) => plain(makeNode(world, task, path, type, mode, dev)),
  ),
  defineCall("symlink", { target: text, path }, (world, task, { target, path }) =>
    plain(makeSymlink(world, task, target, path)),
  ),
  defineCall("link", { path, to: path }, (world, task, { path, to }) => plain(linkPath(world, task, path, to))),
  defineCall("unlink", { path }, (world, task, { path }) => plain(unlinkPath(world, task, path))),
  defineCall("rmdir", { path }, (world, task, { path }) => plain(removeDirectory(world, task, path))),
  defineCall("rename", { path, to: path, how: optional(oneOf(...RENAME_FLAGS), "") }, (world, task, values) =>
    plain(renamePath(world, task, values.path, values.to, values.how)),
  ),
];

const XATTR_CALLS: CallTable = [
  defineCall(
    "setxattr",
    { path, name: text, value: optional(text, undefined), hex: optional(hex, undefined) },
    (world, task, { path, name, value, hex }, where) => {
      if ((value === undefined) === (hex === undefined))
        throw scenarioError(where, "either value or hex", { value, hex });
      return plain(setXattr(world, task, path, name, hex ?? new TextEncoder().encode(value)));
    },
  ),
  defineCall("getxattr", { path, name: text }, (world, task, { path, name }) => {
    const found = getXattr(world, task, path, name);
    return found.ok ? allow({ hex: toHex(found.value) }) : found;
  }),
  defineCall("removexattr", { path, name: text }, (world, task, { path, name }) =>
    plain(removeXattr(world, task, path, name)),
  ),
];

/** The calls on files. */
export const FILE_CALLS: CallTable = [...ATTRIBUTE_CALLS, ...CONTENT_CALLS, ...NAME_CALLS, ...XATTR_CALLS];
