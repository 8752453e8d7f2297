import { isMapFileName, NULL_DEVICE, procPath } from "../../kernel/index.ts";
import { ACL_VERBS } from "./acl-verbs.ts";
import { ANY } from "./answer.ts";
import { hasPid } from "./command.ts";
import { KEPT_VERBS } from "./kept-verbs.ts";
import {
  directoryLinkOf,
  isBuilt,
  isNsFile,
  isOtherCgroupFile,
  isProcLink,
  isSetting,
  MAX_USER_NAMESPACES,
  NS_NOT_WRITTEN,
  PID_IN_PROC,
  PIPE_PAGES,
  procFileOf,
  SETID_POLICY,
  toldText,
} from "./proc-path.ts";
import { READ_VERB } from "./read-verb.ts";
import {
  begin,
  call,
  type NotModelled,
  notModelled,
  plainVerb,
  type Scene,
  type ScriptCall,
  type Verb,
  verb,
} from "./verb.ts";
import { type Given, id, number, octal, oneOf, word, written } from "./words.ts";

/** The type bits of a mode. @source inode(7) */
const TYPE_BITS: ReadonlyMap<unknown, number> = new Map([
  ["fifo", 0o010000],
  ["chr", 0o020000],
  ["dir", 0o040000],
  ["blk", 0o060000],
  ["file", 0o100000],
  ["symlink", 0o120000],
  ["sock", 0o140000],
]);

/** A call on a path; one of its own for a file of a /proc directory, that the machine was built with. */
function onPath(path: string, ofFile: ScriptCall, ofProc: (target: string, file: string) => ScriptCall): ScriptCall {
  const proc = procFileOf(path);
  return proc && isBuilt(proc) && !isProcLink(proc.file) ? ofProc(proc.agent, proc.file) : ofFile;
}

const mode = (given: Given, absent: string) => (given.has("MODE") ? octal(given, "MODE") : absent);

/** Calls that make a name. */
const NAME_VERBS: readonly Verb[] = [
  plainVerb("creat PATH [MODE]", (given) =>
    call("open", { path: word(given, "PATH"), acc: "rw", flags: ["creat", "excl"], mode: mode(given, "644") }),
  ),
  plainVerb("mkdir PATH [MODE]", (given) => call("mkdir", { path: word(given, "PATH"), mode: mode(given, "755") })),
  plainVerb("mkfifo PATH", (given) => call("mknod", { path: word(given, "PATH"), type: "fifo", mode: "644" })),
  plainVerb("mknod PATH", (given) =>
    call("mknod", { path: word(given, "PATH"), type: "chr", mode: "644", dev: NULL_DEVICE }),
  ),
  plainVerb("symlink TEXT PATH", (given) =>
    call("symlink", { target: word(given, "TEXT"), path: word(given, "PATH") }),
  ),
  plainVerb("link OLD NEW", (given) => call("link", { path: word(given, "OLD"), to: word(given, "NEW") })),
  plainVerb("rename OLD NEW", (given) => call("rename", { path: word(given, "OLD"), to: word(given, "NEW") })),
  ...["unlink", "rmdir"].map((name) => plainVerb(`${name} PATH`, (given) => call(name, { path: word(given, "PATH") }))),
  plainVerb("cp SRC DST", (given) =>
    call("copy_file", { path: word(given, "SRC"), to: word(given, "DST"), mode: "755" }),
  ),
];

const ATTRIBUTE_VERBS: readonly Verb[] = [
  verb(
    "stat PATH",
    (given) => {
      const link = directoryLinkOf(word(given, "PATH"));
      if (link) return call("proc_stat", { target: link.agent, file: link.file });
      return onPath(word(given, "PATH"), call("stat", { path: word(given, "PATH") }), (target, file) =>
        call("proc_stat", { target, file }),
      );
    },
    ({ uid, gid, mode: bits, type }, given) =>
      `uid=${uid} gid=${gid} mode=${wholeMode(bits, type ?? procType(word(given, "PATH")))}`,
  ),
  ...["chown", "lchown"].map((name) =>
    plainVerb(`${name} PATH UID GID`, (given) =>
      call("chown", {
        path: word(given, "PATH"),
        uid: id(given, "UID"),
        gid: id(given, "GID"),
        follow: name === "chown",
      }),
    ),
  ),
  plainVerb("chmod PATH MODE", (given) => call("chmod", { path: word(given, "PATH"), mode: octal(given, "MODE") })),
  plainVerb("utimes0 PATH", (given) => call("utimens", { path: word(given, "PATH"), how: "set", follow: true })),
  {
    usage: "access PATH N",
    calls: (given) =>
      isAccessMask(given) ? [call("access", { path: word(given, "PATH"), mode: lettersOf(number(given, "N")) })] : [],
    show: (_, given) => (isAccessMask(given) ? "ret=0" : "ret=-1 EINVAL"),
  },
];

function procType(path: string): unknown {
  const proc = procFileOf(path) ?? directoryLinkOf(path);
  return proc ? procPath(proc.file)?.entry.type : undefined;
}

function wholeMode(bits: unknown, type: unknown): string {
  return ((TYPE_BITS.get(type) ?? 0) | Number.parseInt(String(bits), 8)).toString(8);
}

/** Has access(2) only bits that it knows? Others are refused before the path is looked at. @source access(2), EINVAL */
function isAccessMask(given: Given): boolean {
  return (number(given, "N") & ~7) === 0;
}

function lettersOf(mask: number): string {
  return ["x", "w", "r"].filter((_, bit) => (mask & (1 << bit)) !== 0).join("");
}

const CONTENT_VERBS: readonly Verb[] = [
  {
    usage: "open PATH ACCESS",
    calls: (given, { procFile }) => {
      const [path, acc] = [word(given, "PATH"), oneOf(given, "ACCESS", ["r", "w", "rw"])];
      const proc = procFile(path);
      if (proc && isNsFile(proc.file)) return [call("proc_readlink", { target: proc.agent, file: proc.file })];
      return [onPath(path, call("open", { path, acc }), (target, file) => call("proc_open", { target, file, acc }))];
    },
    show: (_, given, { procFile }) => {
      const file = procFile(word(given, "PATH"))?.file ?? "";
      return isNsFile(file) && word(given, "ACCESS") !== "r" ? NS_NOT_WRITTEN : "ret=0";
    },
  },
  plainVerb("opendir PATH", (given) =>
    onPath(word(given, "PATH"), call("readdir", { path: word(given, "PATH") }), (target, file) =>
      call("proc_open", { target, file }),
    ),
  ),
  READ_VERB,
  {
    usage: "write FILE TEXT…",
    calls: (given, scene) => writeCalls(word(given, "FILE"), written(given), scene),
    show: ([values], given) => {
      const [path, text] = [word(given, "FILE"), written(given)];
      if (isOtherCgroupFile(path)) return notModelled(`what a write to ${path} does is not modelled`);
      return `ret=${values?.n ?? (hasPid(text) ? ANY : text.length)}`;
    },
  },
];

function writeCalls(path: string, text: string, scene: Scene): readonly ScriptCall[] | NotModelled {
  if (isSetting(path) && hasPid(text)) return notModelled(PID_IN_PROC);
  if (path.endsWith(MAX_USER_NAMESPACES)) return [call("max_user_namespaces_write", { max: text })];
  if (path === PIPE_PAGES) return [call("pipe_user_pages_write", { pages: text })];
  const proc = scene.procFile(path);
  const [, kind] = SETID_POLICY.exec(path) ?? [];
  if (kind !== undefined) return [call("safesetid_write", { kind, text })];
  if (proc && isMapFileName(proc.file))
    return [call("map_write", { ns: `/proc/${proc.agent}`, file: proc.file, text })];
  if (proc && hasPid(text)) return notModelled(PID_IN_PROC);
  // What the write does is not known, but whether it may be opened is.
  if (isOtherCgroupFile(path)) return [begin("open", "open", { path, acc: "w" })];
  return [call("write", { path, text: toldText(path, text) })];
}

export const FILE_VERBS: readonly Verb[] = [
  ...NAME_VERBS,
  ...ATTRIBUTE_VERBS,
  ...CONTENT_VERBS,
  ...KEPT_VERBS,
  ...ACL_VERBS,
];
