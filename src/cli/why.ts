import { type Command, Option } from "commander";
import { init } from "../core/index.ts";
import { TOOLS, type ToolName, type WhyAnswer, why, whyLines } from "../explain/index.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { MAP_HELP } from "./map-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, withoutControls } from "./terminal.ts";
import { joinPieces } from "./text-file.ts";
import { TOOL_USER_FLAG } from "./tool-user.ts";
import { readWhyContext, type WhyOptions } from "./why-context.ts";

/** The `--json` of `userns why`: null where no line is known. */
export type WhyCliAnswer = WhyAnswer | null;

/** `userns why` */
export function addWhyCommand(program: Command, session: Session): void {
  const command = program
    .command("why")
    .summary("what an error line means, and what helps")
    .description(
      "Take an error line of Podman, Buildah, Docker, containerd, runc, crun, LXC,\n" +
        "Incus, newuidmap, tar, systemd-nspawn and others, or a log with one, and say\n" +
        "what was asked, which rule refused it, which id and which line, and what helps.\n" +
        "What is not told is asked for, and not guessed.\n" +
        "Exit 1 when the cause cannot be told from what is given.",
    )
    .argument("[message]", "the line; without it, or with -, stdin is read")
    .option("--map <map>", `the map of the namespace in which it happened: ${MAP_HELP}`)
    .option("--gid-map <map>", "its map of groups, if it is another")
    .option("--pid <pid>", "a running process there, or self: its maps, capabilities and setgroups")
    .option(TOOL_USER_FLAG, "who ran the tool")
    .option("--subuid <file>", "what is granted to users")
    .option("--subgid <file>", "and of groups; the same as --subuid without it")
    .option("--passwd <file>", "accounts, whose ids no fix hands out")
    .option("--group <file>", "and groups")
    .option("--owner <uid:gid>", "the owner that is not told: of the archive, or outside")
    .option("--layer <in>", "the layer in which the file's owner is looked up")
    .option("--here", "it happened on this machine: its files, kernel, tools and mounts")
    .addOption(
      new Option("--for <tool>", "the tool to write fixes for, if not the one that the line names").choices(
        TOOLS.map(({ name }) => name),
      ),
    )
    .option("--json", "answer as JSON")
    .action(async (message: string | undefined, options: WhyCommandOptions) => {
      session.exit = await runWhy(message, options, session.terminal);
    });
  addExamples(command, [
    "why 'unshare: unshare failed: Operation not permitted' --here",
    "why 'lchown /etc/x: invalid argument' --layer l.tar --map 0:1000:1",
    "why 'setup user: invalid argument' --map 0:9:9 --gid-map 0:7:9 --json",
    "why --user ben:1000 --subuid FILE --subgid FILE <log",
    "why 'chown: a: Invalid argument' --owner 0:42 --pid 4242 --for buildah",
    "why 'setup user: invalid argument' --here --passwd FILE --group FILE",
  ]);
}

interface WhyCommandOptions extends WhyOptions {
  readonly for?: ToolName;
  readonly json?: true;
}

async function runWhy(message: string | undefined, options: WhyCommandOptions, terminal: Terminal): Promise<Exit> {
  const isStdin = message === undefined || message === "-";
  const text = isStdin ? (await joinPieces(terminal.stdin, "stdin")).toString("utf8") : message;
  if (text.trim() === "")
    throw usageFault(isStdin ? "stdin" : "MESSAGE", "an error line, or a log with one", "nothing");
  const context = await readWhyContext(text, options, options.for ?? null, terminal);
  const told = why(text, context, await init());
  if (options.json) await answerJson(terminal, told satisfies WhyCliAnswer);
  else await answer(terminal, `${told ? textOf(told, terminal) : UNKNOWN}\n`);
  return told !== null && told.cause !== null ? EXIT.yes : EXIT.no;
}

const UNKNOWN = `cannot tell: no line of it is known
  ask     userns doctor, which looks this machine over
  ask     userns check --uid-map MAP, whether Linux takes a map
  ask     userns explain UID:GID --map MAP, who an id is`;

function textOf(told: WhyAnswer, { colors }: Terminal): string {
  const isKnown = told.cause !== null;
  return whyLines(told)
    .map(({ text, is }) => ({ is, text: withoutControls(text) }))
    .map(({ text, is }) => (is === "head" ? (isKnown ? colors.bold(text) : colors.yellow(text)) : text))
    .join("\n");
}
