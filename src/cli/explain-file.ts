import { type Command, Option } from "commander";
import { init } from "../core/index.ts";
import {
  askFile,
  type FileAnswer,
  type FileAsk,
  type FileAsked,
  type FileFix,
  type FileQuestion,
  fileAnswerLines,
  type OwnerMaps,
  type PlainFileQuestion,
  plainQuestion,
  repairFile,
} from "../explain/index.ts";
import type { FsidOptions } from "./explain-fsid.ts";
import { usageFault } from "./fault.ts";
import { type MapOptions, nestedFaults, nestedFaultText, readGivenMaps } from "./given-maps.ts";
import { readId, readOwner } from "./id-argument.ts";
import { loadOwnerMaps } from "./map-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit } from "./terminal.ts";
import { readCaps } from "./writer-option.ts";

/** The `--json` of `userns explain stat`, `read` and the other questions about a file. */
export interface FileExplainAnswer {
  /** What was asked, with everything that was assumed. */
  readonly question: PlainFileQuestion;
  readonly answer: FileAnswer;
  /** Changes after which the answer is yes, each with the question and the answer that prove it. */
  readonly fixes: readonly (Omit<FileFix, "question"> & { readonly question: PlainFileQuestion })[];
}

/** What only a question about a file takes. */
export interface FileOptions {
  readonly as?: string;
  readonly caps?: string;
  readonly owner?: string;
  readonly mode?: string;
  readonly dirOwner?: string;
  readonly dirMode?: string;
  readonly type?: "file" | "dir";
  readonly to?: string;
  readonly fileCaps?: string;
  readonly fileCapsRoot?: string;
  readonly nosuid?: true;
  readonly nnp?: true;
}

const FILE_OPTIONS: readonly Option[] = [
  new Option("--as <ids>", "who asks: UID[:GID[,GROUP…]] inside; the map's first id without it"),
  new Option("--caps <caps>", "its capabilities: all, none, CAP_CHOWN+CAP_FOWNER; uid 0 has all without it"),
  new Option("--owner <owner>", "who owns the file on disk (of create: the directory), UID:GID; 0:0 without it"),
  new Option("--mode <mode>", "its mode; 0644, of a directory 0755, of a program 0755 without it"),
  new Option("--dir-owner <owner>", "who owns the directory that holds it; 0:0 without it"),
  new Option("--dir-mode <mode>", "the directory's mode; 0755 without it"),
  new Option("--type <type>", "what the file is, or what is created; a file without it").choices(["file", "dir"]),
  new Option("--to <owner>", "of chown UID:GID, UID or :GID as the task counts; of chmod the mode"),
  new Option("--file-caps <caps>", "a program's capabilities, all effective: CAP_NET_RAW"),
  new Option("--file-caps-root <id>", "the root id that the disk keeps beside them (version 3)"),
  new Option("--nosuid", "the mount is nosuid"),
  new Option("--nnp", "the task has no_new_privs set"),
];

export function addFileOptions(command: Command): void {
  for (const option of FILE_OPTIONS) command.addOption(option);
}

/** The first of these options that is given, for an error where none of them says anything. */
export function givenFileOption(options: FileOptions): string | undefined {
  const given = new Map<string, unknown>(Object.entries(options));
  return FILE_OPTIONS.find((option) => given.get(option.attributeName()) !== undefined)?.long;
}

/** What a question about a file may be asked with. */
type AskOptions = FileOptions & MapOptions & Pick<FsidOptions, "fsuidMap" | "fsgidMap">;

export async function runExplainFile(
  ask: FileAsk,
  options: AskOptions & { readonly json?: true },
  { terminal }: Session,
): Promise<Exit> {
  const question = await readQuestion(ask, options);
  const engine = await init();
  const said = askFile(question, engine);
  const fixes = repairFile(question, engine);
  if (options.json) await answerJson(terminal, asJson(question, said, fixes));
  else {
    const [head = "", ...rest] = fileAnswerLines(question, said, fixes);
    const paint = said.ok ? terminal.colors.bold : terminal.colors.red;
    await answer(terminal, `${[paint(head), ...rest].join("\n")}\n`);
  }
  return said.ok ? EXIT.yes : EXIT.no;
}

function asJson(question: FileQuestion, said: FileAnswer, fixes: readonly FileFix[]): FileExplainAnswer {
  return {
    question: plainQuestion(question),
    answer: said,
    fixes: fixes.map((fix) => ({ ...fix, question: plainQuestion(fix.question) })),
  };
}

async function readQuestion(ask: FileAsk, options: AskOptions): Promise<FileQuestion> {
  checkTo(ask, options);
  const maps = await readGivenMaps(options);
  const [fault] = nestedFaults(maps, options);
  if (fault) throw usageFault(fault.option, "lower ids that the map before it holds", nestedFaultText(fault));
  return { ...maps, fsMaps: await readFsMaps(options), ...readFileAsked(ask, options, firstIds(maps.namespaces)) };
}

async function readFsMaps({ fsuidMap, fsgidMap, map, nested = [] }: AskOptions): Promise<OwnerMaps | null> {
  if (fsuidMap === undefined) {
    if (fsgidMap !== undefined) throw usageFault("--fsuid-map", "the map that --fsgid-map goes with", "none");
    return null;
  }
  if (map === undefined) throw usageFault("--map", "the id map that the fs map stands beside", "none");
  const [inner] = nested;
  if (inner !== undefined)
    throw usageFault("--nested", "nothing beside --fsuid-map; a scenario for `userns run` has it all", inner);
  return loadOwnerMaps(fsuidMap, fsgidMap, "--fsuid-map", "--fsgid-map");
}

function checkTo(ask: FileAsk, { to }: FileOptions): void {
  if ((ask === "chown" || ask === "chmod") === (to !== undefined)) return;
  throw usageFault(
    "--to",
    to === undefined ? `what to ${ask} to` : "nothing: it goes with chown and chmod",
    to ?? "none",
  );
}

/**
 * What is asked, apart from the maps.
 *
 * @param first  who asks without --as
 * @throws UsernsError ERR_USAGE
 */
export function readFileAsked(ask: FileAsk, options: FileOptions, first: string): FileAsked {
  checkTo(ask, options);
  const { caps, type = "file", to } = options;
  const task = readTask(options.as ?? first);
  const isDirectory = ask === "create" || type === "dir";
  const mode = options.mode ?? (isDirectory || ask === "exec" ? "0755" : "0644");
  const owned = { ...readOwner(options.owner ?? "0:0", "--owner"), mode: readMode(mode, "--mode") };
  const directory = {
    ...readOwner(options.dirOwner ?? "0:0", "--dir-owner"),
    mode: readMode(options.dirMode ?? "0755", "--dir-mode"),
  };
  const made = { uid: 0, gid: 0, mode: type === "dir" ? 0o755 : 0o644 };
  return {
    ask,
    isNosuid: options.nosuid ?? false,
    task: {
      ...task,
      caps: readCaps(caps ?? (task.uid === 0 ? "all" : "none"), "--caps"),
      noNewPrivs: options.nnp ?? false,
    },
    directory: ask === "create" ? owned : directory,
    file: { ...(ask === "create" ? made : owned), type, caps: readProgramCaps(options) },
    to: ask === "chown" && to !== undefined ? readNewOwner(to) : { uid: null, gid: null },
    toMode: ask === "chmod" && to !== undefined ? readMode(to, "--to") : 0,
  };
}

/** The first ids of the innermost namespace; root where it has no maps, or is the initial one. */
export function firstIds(namespaces: readonly OwnerMaps[]): string {
  const innermost = namespaces.at(-1);
  return innermost ? `${innermost.uid.extents[0]?.first ?? 0}:${innermost.gid.extents[0]?.first ?? 0}` : "0:0";
}

/** `1000`, `1000:100` or `1000:100,27,33`: a user, its group, and further groups. */
function readTask(text: string): { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } {
  const [, uid = "", gid = uid, groups = ""] = /^(\d+)(?::(\d+)((?:,\d+)*))?$/.exec(text) ?? [];
  if (uid === "") throw usageFault("--as", "UID, UID:GID or UID:GID,GROUP,… in numbers", JSON.stringify(text));
  const more = groups.split(",").filter((group) => group !== "");
  return { uid: readId(uid, "--as"), gid: readId(gid, "--as"), groups: more.map((group) => readId(group, "--as")) };
}

/** `0:0`, `0` or `:0`. */
function readNewOwner(text: string): FileQuestion["to"] {
  const [, uid = "", gid = ""] = /^(\d*)(?::(\d+))?$/.exec(text) ?? [];
  if (uid === "" && gid === "") throw usageFault("--to", "UID:GID, UID or :GID in numbers", JSON.stringify(text));
  return { uid: uid === "" ? null : readId(uid, "--to"), gid: gid === "" ? null : readId(gid, "--to") };
}

function readMode(text: string, option: string): number {
  if (!/^0*[0-7]{1,4}$/.test(text)) throw usageFault(option, "a mode in octal, such as 0640", JSON.stringify(text));
  return Number.parseInt(text, 8);
}

function readProgramCaps({ fileCaps, fileCapsRoot }: FileOptions): FileQuestion["file"]["caps"] {
  if (fileCaps === undefined && fileCapsRoot !== undefined)
    throw usageFault("--file-caps", "the capabilities that --file-caps-root goes with", "none");
  if (fileCaps === undefined) return null;
  return {
    names: readCaps(fileCaps, "--file-caps"),
    rootId: fileCapsRoot === undefined ? null : readId(fileCapsRoot, "--file-caps-root"),
  };
}
