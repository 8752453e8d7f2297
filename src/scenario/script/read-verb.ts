import { isMapFileName } from "../../kernel/index.ts";
import type { Values } from "../../kernel/syscall/index.ts";
import { ANY } from "./answer.ts";
import { isOfMachine, mountLines } from "./mount-lines.ts";
import { CGROUP_PROCS, isBuilt, isNsFile, MAX_USER_NAMESPACES, PIPE_PAGES, SETID_POLICY } from "./proc-path.ts";
import { isStatusWord, statusLines } from "./status-lines.ts";
import { begin, call, type NotModelled, notModelled, type Scene, type ScriptCall, type Verb } from "./verb.ts";
import { type Given, word } from "./words.ts";

export const READ_VERB: Verb = {
  usage: "read FILE [WORD]",
  calls: (given, scene) => readCalls(word(given, "FILE"), scene),
  show: showRead,
};

function readCalls(path: string, { procFile }: Scene): readonly ScriptCall[] {
  if (path.endsWith(MAX_USER_NAMESPACES)) return [call("max_user_namespaces_read")];
  if (path === PIPE_PAGES) return [call("pipe_user_pages_read")];
  const [, kind] = SETID_POLICY.exec(path) ?? [];
  if (kind !== undefined) return [call("safesetid_read", { kind })];
  const proc = procFile(path);
  if (!proc || !isBuilt(proc)) return [call("read", { path })];
  const { agent, file } = proc;
  if (isMapFileName(file)) return [call("map_read", { ns: `/proc/${agent}`, file })];
  const named = READERS.get(file);
  if (named) return [call(named.call, { target: agent })];
  if (isNsFile(file)) return [begin("open", "proc_readlink", { target: agent, file })];
  return [call("read", { path })];
}

/** Lines of a file, as far as they are known. */
type Lines = (values: Values) => readonly string[];

/** Files whose text is made of what a call of their own gives. */
const READERS: ReadonlyMap<string, { readonly call: string; readonly lines: Lines }> = new Map([
  ["status", { call: "proc_status", lines: statusLines }],
  ...["mountinfo", "mounts"].map(
    (file) => [file, { call: "mountinfo_read", lines: (values: Values) => mountLines(file, values) ?? [] }] as const,
  ),
]);

/** Of which files a process has not all lines are known. */
const INCOMPLETE: readonly string[] = ["status", "mountinfo", "mounts"];

/** Lines joined, tabs as a space, the final line end cut; with WORD those that have it. */
function showRead([values = {}]: readonly Values[], given: Given, { procFile }: Scene): string | NotModelled {
  const path = word(given, "FILE");
  if (path.endsWith(MAX_USER_NAMESPACES)) return String(values.max ?? "*");
  if (path === PIPE_PAGES) return String(values.pages);
  const proc = procFile(path);
  const file = proc?.file ?? "";
  const wanted = given.get("WORD");
  // What a file of a namespace stands for holds nothing to read.
  if (isNsFile(file)) return "ret=-1 EINVAL";
  if (path.endsWith(CGROUP_PROCS)) return showProcs(path, values);
  const lines = READERS.get(file)?.lines(values) ?? textLines(values);
  if (!lines) return notModelled(unknownText(proc ? `/proc/PID/${file}` : path));
  const isTold = wanted !== undefined && lines.some((line) => line.includes(wanted));
  const isElsewhere = file === "status" && !isStatusWord(wanted ?? "");
  if (INCOMPLETE.includes(file) && (!isTold || isElsewhere))
    return notModelled(`of /proc/PID/${file} the lines are modelled that ids decide`);
  if (isOfMachine(file, wanted ?? ""))
    return notModelled("how the machine mounted what was there at the start is not known");
  return lines.filter((line) => wanted === undefined || line.includes(wanted)).join("|");
}

const unknownText = (file: string) => `what ${file} holds is not modelled`;

/** Pids, and 0 for processes of elsewhere: in which order, is the machine's own. */
function showProcs(path: string, values: Values): string | NotModelled {
  const lines = textLines(values)?.map((line) => (line === "0" || line === "" ? line : ANY));
  const isOrdered = lines !== undefined && new Set(lines).size === 1;
  return isOrdered ? lines.join("|") : notModelled(unknownText(path));
}

/** Null where the text is not known. */
function textLines({ text }: Values): readonly string[] | null {
  if (typeof text !== "string") return null;
  return text.replaceAll("\t", " ").replace(/\n+$/, "").split("\n");
}
