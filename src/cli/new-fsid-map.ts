import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { fits, showExtent } from "../core/index.ts";
import { entriesOf, type ManifestFault, parseSubfsid, parseSubid } from "../formats/index.ts";
import {
  dryWriter,
  FSID_CHECK_ORDER,
  FSID_TOOL,
  type FsidFiles,
  type FsidTarget,
  type FsMapFinding,
  fsidAdvice,
  type ImageFacts,
  type MappedKind,
  type NewFsidMapAnswer,
  nestedFault,
  newFsidMap,
  readProcPlace,
  readShift,
  STATIC_SHIFT,
  type StaticShift,
  type ToolCaller,
} from "../policy/index.ts";
import { usageFault } from "./fault.ts";
import { fsidChecksText, fsidText } from "./fsid-text.ts";
import { addExamples } from "./help-examples.ts";
import { readGrantedImages, readImage } from "./image-facts.ts";
import { loadMap } from "./map-option.ts";
import { procFolder, procWriter, readProcTarget } from "./proc-target.ts";
import { collect } from "./repeated-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";
import { callerNamed, readPasswd, readSubids } from "./tool-files.ts";

/** The `--json` of `userns newfsidmap`. */
export interface NewFsidMapCliAnswer {
  readonly tool: string;
  /** What the tool exits with and prints. */
  readonly exit: 0 | 1;
  readonly stderr: string;
  /** The rule that decided; `check` is its place among the checks, from 1, where it refused. */
  readonly rule: { readonly name: string; readonly sentence: string; readonly source: string };
  readonly check: number | null;
  /** What is to be written, in order; none where a check refused, or where the kernel mirrors the id map. */
  readonly write: readonly { readonly file: string; readonly text: string }[];
  /** Was it written? Only `--write` writes. */
  readonly isWritten: boolean;
  /** The lines of the map up to the first that is refused, and the lines of files that granted each. */
  readonly lines: readonly { readonly line: string; readonly ownId: boolean; readonly grantedBy: readonly string[] }[];
  /** The lines of the idmapped mount that does the same: id on disk, kernel id, count. null where the request is no map. */
  readonly mount: readonly string[] | null;
  /** Accounts of the host, but for the user's own, whose files the map gives away, each with the calls that prove it. */
  readonly findings: readonly FsMapFinding[];
  /** Owners that the image uses and nothing maps. */
  readonly unmapped: readonly number[];
  readonly manifestFault: ManifestFault | null;
  /** What the kernel refused the map for; null where it was not asked, or took it. */
  readonly kernel: { readonly errno: string; readonly because: string } | null;
  readonly toDo: readonly string[];
}

/** The `--json` of `userns newfsidmap --checks`: the checks in their order. */
export type FsidChecksAnswer = readonly { readonly name: string; readonly sentence: string; readonly source: string }[];

interface NewFsidMapOptions {
  readonly user?: string;
  readonly gid?: true;
  readonly target?: string;
  readonly image?: string;
  readonly shift?: string;
  readonly idPlan?: string;
  readonly nested?: readonly string[];
  readonly strict?: true;
  readonly static?: string;
  readonly subuid?: string;
  readonly subgid?: string;
  readonly subfsuid?: string;
  readonly subfsgid?: string;
  readonly passwd: string;
  readonly write?: true;
  readonly checks?: true;
  readonly json?: true;
}

/** What stands for a process that was not named. */
const NO_TARGET = "0";
const NO_FOLDER = "/proc/PID";

/** `userns newfsidmap`: newfsuidmap, and with `--gid` newfsgidmap. */
export function addNewFsidMapCommand(program: Command, session: Session): void {
  const command = program
    .command("newfsidmap")
    .summary("which fsuid_map a user may write for an image, and where")
    .description(
      "Ask a model of newfsuidmap, the helper that fsid mappings would need: which\n" +
        "fs map fits an image and the ranges of a user, and may that user write it?\n" +
        "Without --write nothing is written. No Linux has fsuid_map: the answer names\n" +
        "the idmapped mount that does the same.\n" +
        "Exit 1 when it refuses: its text on stderr, then the check and what to do.",
    )
    .argument("[numbers...]", "three a line: inside lower count; behind -- when one is negative")
    .option("--user <user>", "who runs it: a name or a number")
    .option("--gid", "groups: newfsgidmap")
    .option("--target <process>", "PID, or fd:N for an open /proc/PID; else a new namespace")
    .option("--image <path>", "the image's root directory, or the manifest beside it")
    .option("--shift <shift>", "own, static, BASE or BASE:COUNT; else what the image says")
    .option("--id-plan <map>", "the id map that follows: each of its ids must have an fs id")
    .option("--nested <map>", "the id map of a namespace inside that one; may be repeated", collect)
    .option("--strict", "refuse an image with an owner that is not mapped")
    .option("--static <range>", "the static shift, BASE:COUNT", `${STATIC_SHIFT.base}:${STATIC_SHIFT.count}`)
    .option("--subuid <file>", "ranges of users", "/etc/subuid")
    .option("--subgid <file>", "ranges of groups", "/etc/subgid")
    .option("--subfsuid <file>", "ranges of images, user:first:count:image (/etc/subfsuid)")
    .option("--subfsgid <file>", "the same of groups (/etc/subfsgid)")
    .option("--passwd <file>", "the users", "/etc/passwd")
    .option("--write", "write the map of --target")
    .option("--checks", "the checks in their order, and nothing else")
    .option("--json", "answer as JSON")
    .action(async (numbers: string[], options: NewFsidMapOptions) => {
      session.exit = await runNewFsidMap(numbers, options, session.terminal);
    });
  addExamples(command, [
    "newfsidmap --user ben --image /srv/debian --strict",
    "newfsidmap --user ben --shift static --id-plan 0:100000:65536",
    "newfsidmap --user ben --shift static --static 2000000000:65536",
    "newfsidmap --user ben --shift 5:9 --id-plan 0:5:9 --nested 0:3:2",
    "newfsidmap --user ben --gid --subgid FILE --subfsgid FILE --shift 5:1",
    "newfsidmap --user 7 --passwd FILE --subuid FILE --subfsuid FILE 0 7 1",
    "newfsidmap --user ben --target 4242 --shift static --write",
    "newfsidmap --checks --json",
  ]);
}

async function runNewFsidMap(args: readonly string[], options: NewFsidMapOptions, terminal: Terminal): Promise<Exit> {
  if (options.checks) {
    if (options.json) await answerJson(terminal, FSID_CHECK_ORDER satisfies FsidChecksAnswer);
    else await answer(terminal, `${fsidChecksText().join("\n")}\n`);
    return EXIT.yes;
  }
  const { told, image, kind, folder } = await ask(args, options);
  const { exit, stderr } = told;
  if (options.json) await answerJson(terminal, asJson(kind, told, image, folder, options.write === true));
  else {
    if (stderr !== "") terminal.stderr.write(stderr);
    const lines = fsidText(kind, told, fsidAdvice(told, image), folder, options.write === true);
    await answer(terminal, `${lines.join("\n")}\n`);
  }
  return exit === 0 ? EXIT.yes : EXIT.no;
}

async function ask(args: readonly string[], options: NewFsidMapOptions) {
  const kind: MappedKind = options.gid ? "gid" : "uid";
  if (options.user === undefined) throw usageFault("--user", "who runs it: a name or a number", "none");
  if (options.write && options.target === undefined)
    throw usageFault("--target", "the process that --write goes with", "none");
  if (options.nested && options.idPlan === undefined)
    throw usageFault("--id-plan", "the map that --nested is inside", "none");
  const plan = {
    idPlan: options.idPlan === undefined ? null : await loadMap(options.idPlan, "--id-plan"),
    nested: await Promise.all((options.nested ?? []).map((map) => loadMap(map, "--nested"))),
  };
  const fault = nestedFault(plan);
  if (fault) throw usageFault(`--nested ${fault.index + 1}`, "a map that the one around it holds", fault.because);
  const staticShift = readStatic(options.static);
  const files = await readFiles(options, kind);
  const caller = callerNamed(options.user, files.passwd);
  const image = options.image === undefined ? null : await readImage(options.image, true);
  const granted = await readGrantedImages(
    [files.subfsuid, files.subfsgid].flatMap((file) => entriesOf(file).map((entry) => entry.image)),
  );
  const place = options.target === undefined ? null : readProcPlace(options.target);
  const folder = place ? procFolder(place) : NO_FOLDER;
  const told = newFsidMap(files, {
    kind,
    caller,
    target: options.target ?? NO_TARGET,
    shift: options.shift ?? null,
    image,
    args,
    ...plan,
    isStrict: options.strict === true,
    staticShift,
    find: () => (place ? readProcTarget(folder, kind) : newNamespace(caller)),
    findImage: (path) => granted.get(path) ?? null,
    write: options.write ? procWriter(folder) : dryWriter,
  });
  return { told, image, kind, folder };
}

/** What somebody sees who just made a namespace, on a kernel that has fs maps. */
function newNamespace(owner: ToolCaller): FsidTarget {
  return { owner, isIdMapWritten: false, fsMap: "empty", isSetgroupsAllowed: true };
}

function readStatic(text = ""): StaticShift {
  const shift = readShift(text);
  if (shift?.type !== "base" || !fits(shift.range))
    throw usageFault("--static", "BASE:COUNT, a range of ids", JSON.stringify(text));
  return { base: shift.range.first, count: shift.range.count };
}

/** The files of the kind that is asked about; the others are not read. */
async function readFiles(options: NewFsidMapOptions, kind: MappedKind): Promise<FsidFiles> {
  const ofKind = (of: MappedKind, path: string | undefined) => (of === kind ? path : undefined);
  // No system has subfsuid and subfsgid yet: where none is named and none is there, no image is granted.
  const images = (of: MappedKind, path: string | undefined, usual: string) =>
    ofKind(of, path ?? (existsSync(usual) ? usual : undefined));
  const { subuid, subgid, subfsuid, subfsgid } = options;
  return {
    passwd: await readPasswd(options.passwd),
    subuid: await readSubids(ofKind("uid", subuid), "/etc/subuid", parseSubid),
    subgid: await readSubids(ofKind("gid", subgid), "/etc/subgid", parseSubid),
    subfsuid: await readSubids(images("uid", subfsuid, "/etc/subfsuid"), "/etc/subfsuid", parseSubfsid),
    subfsgid: await readSubids(images("gid", subfsgid, "/etc/subfsgid"), "/etc/subfsgid", parseSubfsid),
  };
}

function asJson(
  kind: MappedKind,
  told: NewFsidMapAnswer,
  image: ImageFacts | null,
  folder: string,
  isWritten: boolean,
): NewFsidMapCliAnswer {
  return {
    tool: FSID_TOOL[kind],
    exit: told.exit,
    stderr: told.stderr,
    rule: told.rule,
    check: told.check,
    write: told.written.map(({ file, text }) => ({ file: join(folder, file), text })),
    isWritten: isWritten && told.written.length > 0,
    lines: told.grounds.map(({ extent, isOwnId, places }) => ({
      line: showExtent(extent),
      ownId: isOwnId,
      grantedBy: places,
    })),
    mount: told.mount?.map(showExtent) ?? null,
    findings: told.findings,
    unmapped: told.unmapped,
    manifestFault: told.manifestFault,
    kernel: told.kernel,
    toDo: fsidAdvice(told, image),
  };
}
