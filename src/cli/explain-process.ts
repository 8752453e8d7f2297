import { type Command, Option } from "commander";
import { contains, type Extent, idMap, init, lowerOf, mapUp, NO_ID, OVERFLOW_ID, showExtent } from "../core/index.ts";
import { type Explanation, explain, hang } from "../explain/index.ts";
import { initialNamespace, type OwnerKind, outOfKernel, statRoute } from "../kernel/index.ts";
import { type FileOfProcess, fileOfProcess, kernelCalls } from "../live/index.ts";
import { explanationText } from "./explanation-text.ts";
import { fileFault, usageFault } from "./fault.ts";
import { readActingProcess, readPid } from "./pid-option.ts";
import { type ProcessRights, processRights, rightsText } from "./process-rights.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

/** The `--json` of `userns explain --pid N PATH`. */
export interface ProcessFileAnswer {
  readonly pid: number;
  readonly path: string;
  readonly mount: FileOfProcess["mount"];
  /** Of the owner, and of the group. */
  readonly explanations: readonly Explanation[];
  /** Who the process is, and what it may do with the file. */
  readonly process: ProcessRights;
  /** What was not seen, in sentences. */
  readonly unseen: readonly string[];
}

export interface ProcessOptions {
  readonly pid?: string;
  readonly json?: true;
}

export function addProcessOption(command: Command): void {
  command.addOption(
    new Option("--pid <pid>", "PATH instead of IDS: who owns that file for this process (or self), and what it may do"),
  );
}

const KINDS = ["uid", "gid"] as const satisfies readonly OwnerKind[];

/**
 * Who owns a file for a running process: from the disk, where the mount tells how it is idmapped, else from the kernel.
 *
 * @throws UsernsError ERR_USAGE, ERR_FILE
 */
export async function runExplainProcess(
  paths: readonly string[],
  { pid = "", json }: ProcessOptions,
  terminal: Terminal,
): Promise<Exit> {
  const [path = "", more] = paths;
  if (more !== undefined || !path.startsWith("/"))
    throw usageFault("PATH", "one absolute path, as the process writes it", more ?? path);
  const process = readPid(pid);
  const file = await look(process, path);
  const explanations = KINDS.map((kind) => explainOwner(kind, file, process));
  const unseen = unseenOf(file);
  const disk = { uid: diskIdOf("uid", file), gid: diskIdOf("gid", file) };
  const rights = processRights(readActingProcess(pid), file, disk, await init());
  if (json)
    await answerJson(terminal, {
      pid: process,
      path,
      mount: file.mount,
      explanations,
      process: rights,
      unseen,
    } satisfies ProcessFileAnswer);
  else await answer(terminal, text(file, explanations, rightsText(process, rights), unseen, terminal));
  return explanations.every(({ isMapped }) => isMapped) ? EXIT.yes : EXIT.no;
}

async function look(pid: number, path: string): Promise<FileOfProcess> {
  try {
    return fileOfProcess(pid, path, await kernelCalls());
  } catch (error) {
    throw fileFault(error, `--pid ${pid} ${path}`, "a running process, and a file that it has");
  }
}

function explainOwner(kind: OwnerKind, file: FileOfProcess, pid: number): Explanation {
  const caller = file.maps ? [{ name: `${kind}_map of ${pid}`, map: idMap<OwnerKind>(file.maps[kind]) }] : [];
  const extents = file.idmapped?.map?.[kind];
  const id = diskIdOf(kind, file);
  if (!extents) return explain(kind, outOfKernel(caller, "shown"), { id, number: 0 });
  const map = idMap<OwnerKind>(extents);
  const view = { caller, mount: { name: "mount map", map }, filesystem: initialNamespace<OwnerKind>() };
  return explain(kind, statRoute(view), { id, number: 0 });
}

/** The owner on the disk, where the mount tells how it is idmapped, else in the kernel; NO_ID: the mount gives it to nobody. */
function diskIdOf(kind: OwnerKind, file: FileOfProcess): number {
  const extents = file.idmapped?.map?.[kind];
  return extents ? mapUp(idMap<OwnerKind>(extents), kernelIdOf(file[kind], extents)) : kernelIdOf(file[kind], null);
}

/** The overflow id, through an idmapped mount that gives it to nobody, is no id. */
function kernelIdOf(seen: number, extents: readonly Extent[] | null): number {
  const isGiven = !extents || extents.some((extent) => contains(lowerOf(extent), seen));
  return seen === OVERFLOW_ID && !isGiven ? NO_ID : seen;
}

function unseenOf({ idmapped }: FileOfProcess): readonly string[] {
  return idmapped && idmapped.map === null
    ? ["The mount is idmapped; how, and so who owns the file on disk, is not seen (koffi and Linux 6.15 tell it)."]
    : [];
}

function text(
  { mount, idmapped }: FileOfProcess,
  explanations: readonly Explanation[],
  rights: string,
  unseen: readonly string[],
  terminal: Terminal,
): string {
  const how = idmapped?.map ? `, idmapped uid ${idmapped.map.uid.map(showExtent).join(",")}` : "";
  const title = idmapped?.map ? "kept on disk → as the process sees it" : "in the kernel → as the process sees it";
  const blocks = explanations.map((explanation) => explanationText(explanation, title, terminal));
  const place = hang("", `on ${mount.at} (${mount.type})${how}`).join("\n");
  return `${[...blocks, place, rights, ...unseen.flatMap((each) => hang("", each).join("\n"))].join("\n\n")}\n`;
}
