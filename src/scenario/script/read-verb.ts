import { isMapFileName, procPath } from "../../kernel/index.ts";
import type { Values } from "../../kernel/syscall/index.ts";
import { hexOf } from "./capability-text.ts";
import { type Given, word } from "./command.ts";
import { MACHINE_MOUNT_LINES } from "./machine.ts";
import { isBuilt, MAX_USER_NAMESPACES, PIPE_PAGES, type ProcFile } from "./proc-path.ts";
import { begin, call, listIn, type NotModelled, notModelled, type Scene, type ScriptCall, type Verb } from "./verb.ts";

export const READ_VERB: Verb = {
  usage: "read FILE [WORD]",
  calls: (given, scene) => readCalls(word(given, "FILE"), scene),
  show: showRead,
};

function readCalls(path: string, { procFile }: Scene): readonly ScriptCall[] {
  if (path.endsWith(MAX_USER_NAMESPACES)) return [call("max_user_namespaces_read")];
  if (path === PIPE_PAGES) return [call("pipe_user_pages_read")];
  const proc = procFile(path);
  // What a file holds is not known, but whether it may be opened is, and that a directory is not read.
  if (!proc) return [begin("open", "open", { path, acc: "r" }), call("stat", { path })];
  if (!isBuilt(proc)) return [begin("open", "open", { path, acc: "r" })];
  const { agent, file } = proc;
  if (isMapFileName(file)) return [call("map_read", { ns: `/proc/${agent}`, file })];
  const named = READERS.get(file);
  if (named) return [call(named.call, { target: agent })];
  // What is in it is not known, but whether it may be opened is.
  return [begin("open", "proc_open", { target: agent, file })];
}

const unknownText = ({ file }: ProcFile) => `what /proc/PID/${file} holds is not modelled`;

/** Lines of a file, as far as they are known. */
type Lines = (values: Values) => readonly string[];

/** Files whose text is made of what a call of their own gives. */
const READERS: ReadonlyMap<string, { readonly call: string; readonly lines: Lines }> = new Map([
  ["status", { call: "proc_status", lines: statusLines }],
  ["loginuid", { call: "loginuid_read", lines: ({ uid }) => [String(uid)] }],
  ["mountinfo", { call: "mountinfo_read", lines: mountLines }],
]);

/** Lines joined, tabs as a space, the final line end cut; with WORD those that have it. */
function showRead([values = {}, stat]: readonly Values[], given: Given, { procFile }: Scene): string | NotModelled {
  const path = word(given, "FILE");
  if (path.endsWith(MAX_USER_NAMESPACES)) return String(values.max ?? "*");
  if (path === PIPE_PAGES) return String(values.pages);
  const wanted = given.get("WORD");
  const proc = procFile(path);
  if ((proc ? procPath(proc.file)?.entry.type : stat?.type) === "dir") return "ret=-1 EISDIR";
  const known = proc && READERS.get(proc.file);
  const lines = known ? known.lines(values) : isMapFileName(proc?.file ?? "") ? textLines(values) : null;
  if (!proc || !lines) return notModelled(proc ? unknownText(proc) : `${path}: what a file holds is not modelled`);
  const isTold = wanted !== undefined && lines.some((line) => line.includes(wanted));
  if (known && proc.file !== "loginuid" && !isTold)
    return notModelled(`of /proc/PID/${proc.file} the lines are modelled that ids decide`);
  if (proc.file === "mountinfo" && MACHINE_MOUNT_LINES.some((line) => wanted === undefined || line.includes(wanted)))
    return notModelled("how the machine mounted what was there at the start is not known");
  return lines.filter((line) => wanted === undefined || line.includes(wanted)).join("|");
}

function textLines({ text }: Values): readonly string[] {
  return String(text).replace(/\n$/, "").split("\n");
}

/** The lines of /proc/PID/status that ids decide. */
function statusLines(values: Values): readonly string[] {
  const four = (key: string) => listIn(values, key).join(" ");
  const isolated = (title: string, key: string) => (values[key] === undefined ? [] : [`${title}: ${four(key)}`]);
  const groups = listIn(values, "groups").map((group) => `${group} `);
  const caps = new Map<string, unknown>(Object.entries(values.caps ?? {}));
  return [
    `Uid: ${four("uid")}`,
    ...isolated("IsolatedUid", "isolated_uid"),
    `Gid: ${four("gid")}`,
    ...isolated("IsolatedGid", "isolated_gid"),
    `Groups: ${groups.join("")}`,
    ...CAP_LINES.map(([title, set]) => `${title}: ${hexOf(caps.get(set))}`),
  ];
}

const CAP_LINES = [
  ["CapInh", "inh"],
  ["CapPrm", "perm"],
  ["CapEff", "eff"],
  ["CapBnd", "bset"],
  ["CapAmb", "amb"],
] as const;

/** The numbers of mounts and devices are the machine's own. */
function mountLines(values: Values): readonly string[] {
  return listIn(values, "mounts").flatMap((mount) => {
    if (typeof mount !== "object" || mount === null) return [];
    const told = new Map<string, unknown>(Object.entries(mount));
    const [root, point, options, type, source, fileSystem] = [
      "root",
      "point",
      "options",
      "type",
      "source",
      "fileSystemOptions",
    ].map((key) => told.get(key));
    return source === null ? [] : [`* * *:* ${root} ${point} ${options} - ${type} ${source} ${fileSystem}`];
  });
}
