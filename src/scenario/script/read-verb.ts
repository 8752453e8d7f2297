import { isMapFileName, procPath } from "../../kernel/index.ts";
import type { Values } from "../../kernel/syscall/index.ts";
import { hexOf } from "./capability-text.ts";
import { type Given, word } from "./command.ts";
import { isOfMachine, mountLines } from "./mount-lines.ts";
import { isBuilt, isProcLink, MAX_USER_NAMESPACES, PIPE_PAGES, SETID_POLICY } from "./proc-path.ts";
import { begin, call, listIn, type NotModelled, notModelled, type Scene, type ScriptCall, type Verb } from "./verb.ts";

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
  if (isProcLink(file)) return [begin("open", "proc_readlink", { target: agent, file })];
  // What is in it is not known, but whether it may be opened is.
  return [begin("open", "proc_open", { target: agent, file })];
}

/** Lines of a file, as far as they are known. */
type Lines = (values: Values) => readonly string[];

/** Files whose text is made of what a call of their own gives. */
const READERS: ReadonlyMap<string, { readonly call: string; readonly lines: Lines }> = new Map([
  ["status", { call: "proc_status", lines: statusLines }],
  ["loginuid", { call: "loginuid_read", lines: ({ uid }) => [String(uid)] }],
  ...["mountinfo", "mounts"].map(
    (file) => [file, { call: "mountinfo_read", lines: (values: Values) => mountLines(file, values) ?? [] }] as const,
  ),
]);

/** Of which files a process has not all lines are known. */
const INCOMPLETE: readonly string[] = ["status", "mountinfo", "mounts"];

/** Files of a process that are opened, but never read at their start: nothing is mapped at address 0. */
const READ_REFUSALS: readonly (readonly [file: RegExp, errno: string])[] = [
  [/^mem$/, "EIO"],
  [/^ns\//, "EINVAL"],
];

/** Lines joined, tabs as a space, the final line end cut; with WORD those that have it. */
function showRead([values = {}]: readonly Values[], given: Given, { procFile }: Scene): string | NotModelled {
  const path = word(given, "FILE");
  if (path.endsWith(MAX_USER_NAMESPACES)) return String(values.max ?? "*");
  if (path === PIPE_PAGES) return String(values.pages);
  const proc = procFile(path);
  const file = proc?.file ?? "";
  const wanted = given.get("WORD");
  if (proc && procPath(file)?.entry.type === "dir") return "ret=-1 EISDIR";
  const refusal = proc && READ_REFUSALS.find(([of]) => of.test(file));
  if (refusal) return `ret=-1 ${refusal[1]}`;
  const lines = READERS.get(file)?.lines(values) ?? textLines(values);
  if (!lines) return notModelled(`what ${proc ? `/proc/PID/${file}` : `${path}`} holds is not modelled`);
  const isTold = wanted !== undefined && lines.some((line) => line.includes(wanted));
  if (INCOMPLETE.includes(file) && !isTold)
    return notModelled(`of /proc/PID/${file} the lines are modelled that ids decide`);
  if (isOfMachine(file, wanted ?? ""))
    return notModelled("how the machine mounted what was there at the start is not known");
  return lines.filter((line) => wanted === undefined || line.includes(wanted)).join("|");
}

/** Null where the text is not known. */
function textLines({ text }: Values): readonly string[] | null {
  if (typeof text !== "string") return null;
  return text.replaceAll("\t", " ").replace(/\n+$/, "").split("\n");
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
