import type { Command } from "commander";
import { init, showExtent } from "../core/index.ts";
import { hang } from "../explain/index.ts";
import { parseSubid } from "../formats/index.ts";
import {
  type AskedTarget,
  askNewIdMap,
  type LineGround,
  type MappedKind,
  type NewIdMapExplained,
  type NewIdMapQuestion,
  readPid,
  TOOL,
} from "../policy/index.ts";
import { addExamples } from "./help-examples.ts";
import { procFolder, readProcTarget } from "./proc-target.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, withoutControls } from "./terminal.ts";
import { callerNamed, readGroup, readPasswd, readSubids } from "./tool-files.ts";

/** The `--json` of `userns newuidmap` and `userns newgidmap`. */
export interface NewIdMapCliAnswer {
  readonly tool: string;
  /** What the tool exits with and prints. */
  readonly exit: 0 | 1;
  readonly stderr: string;
  readonly rule: { readonly name: string; readonly sentence: string; readonly source: string };
  /** What the kernel refused the map for; null where it was not asked, or took it. */
  readonly kernel: { readonly errno: string; readonly because: string } | null;
  /** The lines of the map up to the first that is refused, and the lines of the subid file that granted each. */
  readonly lines: readonly { readonly line: string; readonly ownId: boolean; readonly grantedBy: readonly string[] }[];
  /** Lines to add to the subid file. */
  readonly add: readonly string[];
  /** Lines of the subid file that cover a real account: `/etc/subuid:3`. */
  readonly findings: readonly { readonly where: string; readonly line: string; readonly account: string }[];
  readonly badLines: NewIdMapExplained["badLines"];
}

interface NewIdMapOptions {
  readonly user: string;
  readonly target?: string;
  readonly subuid?: string;
  readonly subgid?: string;
  readonly passwd: string;
  readonly group?: string;
  readonly json?: true;
}

/** `userns newuidmap` and `userns newgidmap`. */
export function addNewIdMapCommands(program: Command, session: Session): void {
  addCommand(program, session, "uid");
  addCommand(program, session, "gid");
}

function addCommand(program: Command, session: Session, kind: MappedKind): void {
  const tool = TOOL[kind];
  const command = program
    .command(tool)
    .summary(`what ${tool} would say, and which line of sub${kind} decides`)
    .description(
      `Ask a model of ${tool} (Debian's uidmap 4.13) to map a user's new namespace,\n` +
        "or that of a process, which is not changed.\n" +
        "Exit 1 when it refuses: its very text on stderr, then the rule and what to add.",
    )
    .argument("[numbers...]", "three a line: inside lower count; behind -- when one is negative")
    .requiredOption("--user <user>", "who runs it: a name or a number")
    .option("--target <pid>", "the process; else one in a namespace just made")
    .option(`--sub${kind} <file>`, "the ranges that are granted", `/etc/sub${kind}`)
    .option("--passwd <file>", "the users", "/etc/passwd");
  if (kind === "gid") command.option("--group <file>", "the groups, to tell which of them a range covers");
  command.option("--json", "answer as JSON").action(async (numbers: string[], options: NewIdMapOptions) => {
    session.exit = await runNewIdMap(kind, numbers, options, session.terminal);
  });
  addExamples(command, [
    `${tool} --user ben -- 0 100000 65536`,
    `${tool} --user ben --target 4242 -- 0 100000 65536`,
    `${tool} --user 7 --sub${kind} FILE --passwd FILE --json -- 0 7 1`,
    ...(kind === "gid" ? ["newgidmap --user ben --group /etc/group -- 0 100000 10"] : []),
  ]);
}

async function runNewIdMap(
  kind: MappedKind,
  args: readonly string[],
  options: NewIdMapOptions,
  terminal: Terminal,
): Promise<Exit> {
  const explained = askNewIdMap(await readQuestion(kind, args, options), await init());
  const { exit, stderr } = explained.answer;
  if (options.json) await answerJson(terminal, asJson(kind, explained));
  else {
    // Names and arguments stand in both, and may hold any byte.
    if (stderr !== "") terminal.stderr.write(stderr.split("\n").map(withoutControls).join("\n"));
    await answer(terminal, `${textLines(kind, explained, options).map(withoutControls).join("\n")}\n`);
  }
  return exit === 0 ? EXIT.yes : EXIT.no;
}

async function readQuestion(
  kind: MappedKind,
  args: readonly string[],
  options: NewIdMapOptions,
): Promise<NewIdMapQuestion> {
  const passwd = await readPasswd(options.passwd);
  const subuid = await readSubids(options.subuid, "/etc/subuid", parseSubid);
  const subgid = await readSubids(options.subgid, "/etc/subgid", parseSubid);
  const group = options.group === undefined ? null : await readGroup(options.group);
  const caller = callerNamed(options.user, passwd);
  const target = options.target === undefined ? null : readTarget(options.target, kind);
  return { kind, caller, files: { passwd, subuid, subgid }, group, target, args };
}

/** The process that a tool is given, as /proc shows it now. What is no process id is left to the tool's own reading. */
function readTarget(pid: string, kind: MappedKind): AskedTarget {
  const number = readPid(pid);
  return { pid, found: number === null ? null : readProcTarget(procFolder({ by: "pid", number }), kind) };
}

function asJson(kind: MappedKind, { answer: told, add, findings, badLines }: NewIdMapExplained): NewIdMapCliAnswer {
  return {
    tool: TOOL[kind],
    exit: told.exit,
    stderr: told.stderr,
    rule: told.rule,
    kernel: told.kernel && { errno: told.kernel.errno, because: told.kernel.because },
    lines: told.grounds.map(({ extent, isOwnId, places }) => ({
      line: showExtent(extent),
      ownId: isOwnId,
      grantedBy: places,
    })),
    add,
    findings: findings.map(({ where, entry, account }) => ({
      where,
      line: `${entry.owner}:${entry.first}:${entry.count}`,
      account: `${account.kind} ${account.name} (${account.id})`,
    })),
    badLines,
  };
}

function groundText(kind: MappedKind, { isOwnId, places }: LineGround): string {
  if (places.length > 0) return `granted by ${places.join(", ")}`;
  return isOwnId ? `the caller's own ${kind}` : "not granted";
}

function textLines(kind: MappedKind, explained: NewIdMapExplained, options: NewIdMapOptions): readonly string[] {
  const { answer: told, add, findings, badLines } = explained;
  const file = kind === "uid" ? options.subuid : options.subgid;
  return [
    `${TOOL[kind]}: ${told.exit === 0 ? "allowed" : "refused"} (exit ${told.exit})`,
    ...told.grounds.flatMap((ground) => hang(`  ${showExtent(ground.extent)}  `, groundText(kind, ground))),
    ...hang("  rule      ", told.rule.sentence),
    ...hang("  from      ", told.rule.source),
    ...(told.kernel ? hang("  kernel    ", `${told.kernel.errno}: ${told.kernel.because}`) : []),
    ...add.flatMap((line) => hang("  to do     ", `add ${line} to ${file}`)),
    ...findings.flatMap(({ where, account }) =>
      hang(
        "  warning   ",
        `${where === file ? "the line to add" : where} covers ${account.kind} ${account.name} (${account.id})`,
      ),
    ),
    ...badLines.flatMap(({ where, why }) => hang("  warning   ", `${where} is passed over: ${why}`)),
  ];
}
