import type { Command } from "commander";
import { badLines, parseGroup, parseSubid, placeOfKept } from "../formats/index.ts";
import { getSubids, type ListedAnswer } from "../policy/index.ts";
import { addExamples } from "./help-examples.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk, withoutControls } from "./terminal.ts";
import { readGroup, readPasswd, readSubids } from "./tool-files.ts";

/** The `--json` of `userns getsubids`. */
export interface GetSubidsAnswer {
  /** What the tool exits with and prints. */
  readonly exit: 0 | 1;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines listed, in order. Numbers as text: a file may hold 64 bits. */
  readonly ranges: readonly { readonly start: string; readonly count: string; readonly where: string }[];
  readonly badLines: readonly { readonly where: string; readonly text: string; readonly why: string }[];
}

interface GetSubidsOptions {
  readonly gid?: true;
  readonly subuid: string;
  readonly subgid: string;
  readonly passwd: string;
  readonly group: string;
  readonly json?: true;
}

/** `userns getsubids` */
export function addGetSubidsCommand(program: Command, session: Session): void {
  const command = program
    .command("getsubids")
    .summary("the ranges that getsubids lists for an owner, and where they stand")
    .description(
      "Ask a model of getsubids (Debian's uidmap 4.13) for the ranges of an owner.\n" +
        "A line counts by its owner's name or number: that of a user, or with -g of a\n" +
        "group. newuidmap also counts other names of the same user.\n" +
        "Exit 1 when there is none.",
    )
    .argument("<owner>", "a name, or what stands in its place")
    .option("-g, --gid", "ranges of groups")
    .option("--subuid <file>", "ranges of users", "/etc/subuid")
    .option("--subgid <file>", "ranges of groups", "/etc/subgid")
    .option("--passwd <file>", "the users", "/etc/passwd")
    .option("--group <file>", "the groups", "/etc/group")
    .option("--json", "answer as JSON")
    .action(async (owner: string, options: GetSubidsOptions) => {
      session.exit = await runGetSubids(owner, options, session.terminal);
    });
  addExamples(command, [
    "getsubids ben",
    "getsubids --gid ben --subgid FILE --group FILE",
    "getsubids ben --subuid FILE --passwd FILE --json",
  ]);
}

async function runGetSubids(owner: string, options: GetSubidsOptions, terminal: Terminal): Promise<Exit> {
  const told = getSubids(await readFiles(options), options.gid ? ["-g", owner] : [owner]);
  if (options.json) await answerJson(terminal, asJson(told));
  else {
    for (const { where, why } of badLines(told.file)) talk(terminal, `warning: ${where} is passed over: ${why}`);
    terminal.stderr.write(told.stderr);
    await answer(terminal, told.stdout.split("\n").map(withoutControls).join("\n"));
  }
  return told.exit === 0 ? EXIT.yes : EXIT.no;
}

/** The files of the kind that is asked about; the others are not read. */
async function readFiles({ gid, subuid, subgid, passwd, group }: GetSubidsOptions) {
  return {
    passwd: await readPasswd(passwd),
    group: gid ? await readGroup(group) : parseGroup("", group),
    subuid: await readSubids(gid ? undefined : subuid, subuid, parseSubid),
    subgid: await readSubids(gid ? subgid : undefined, subgid, parseSubid),
  };
}

function asJson({ exit, stdout, stderr, file, listed }: ListedAnswer): GetSubidsAnswer {
  return {
    exit,
    stdout,
    stderr,
    ranges: listed.map(({ line, entry }) => ({
      start: String(entry.first),
      count: String(entry.count),
      where: placeOfKept(file, line),
    })),
    badLines: badLines(file),
  };
}
