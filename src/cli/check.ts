import { type Command, Option } from "commander";
import { init } from "../core/index.ts";
import {
  askMaps,
  type MapQuestion,
  type MapRepair,
  type MapTexts,
  type MapTool,
  type MapWrite,
  mapAnswerLines,
  mapTools,
  repairMaps,
  type WritePlace,
} from "../explain/index.ts";
import type { OwnerKind } from "../kernel/index.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { loadOwnerMaps, MAP_HELP } from "./map-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";
import { readWriter, WRITER_HELP } from "./writer-option.ts";
import { loadWrittenText, WRITTEN_HELP } from "./written-text.ts";

/** The `--json` of `userns check`. */
export interface CheckAnswer {
  /** Would Linux take every write? */
  readonly ok: boolean;
  /** What was asked, with everything that was assumed. */
  readonly question: MapQuestion;
  /** Each write and what came of it, in order. */
  readonly writes: readonly MapWrite[];
  /** The smallest changes that would be taken, best first, and the tools that write such a map. */
  readonly proposals: readonly (MapRepair["proposals"][number] & { readonly tools: readonly MapTool[] })[];
  /** Why there is no proposal; null where there is one, or nothing to change. */
  readonly why: string | null;
}

interface CheckOptions {
  readonly uidMap?: string;
  readonly gidMap?: string;
  readonly setgroups?: "allow" | "deny";
  readonly as: string;
  readonly from?: WritePlace;
  readonly written?: readonly OwnerKind[];
  readonly parentMap?: string;
  readonly parentGidMap?: string;
  readonly json?: true;
}

export function addCheckCommand(program: Command, session: Session): void {
  const command = program
    .command("check")
    .summary("would Linux take this map?")
    .description(
      "Write the maps of a new user namespace in a model of Linux 6.18, and say what\nthe kernel would.\n" +
        "Exit 1 when a write is refused: with the errno, the rule, the line and the\nsmallest change that is taken.",
    )
    .option("--uid-map <text>", `what is written to uid_map: ${WRITTEN_HELP}`)
    .option("--gid-map <text>", "what is written to gid_map, in the same forms")
    .addOption(
      new Option("--setgroups <word>", "what is written to setgroups before the maps").choices(["deny", "allow"]),
    )
    .option("--as <writer>", `who makes the namespace and writes: ${WRITER_HELP}`, "uid=1000")
    .addOption(
      new Option(
        "--from <place>",
        "where it writes: inside the new namespace, as unshare -r (the default for who has no capability); or from the parent, as newuidmap",
      ).choices(["inside", "parent"]),
    )
    .addOption(
      new Option("--written <kinds...>", "maps that somebody wrote before: is there a second time?").choices([
        "uid",
        "gid",
      ]),
    )
    .option("--parent-map <map>", `the uid_map of the namespace it is made in; the initial one without it: ${MAP_HELP}`)
    .option("--parent-gid-map <map>", "its gid_map, if it is another")
    .option("--json", "answer as JSON")
    .action(async (options: CheckOptions) => {
      session.exit = await runCheck(options, session.terminal);
    });
  addExamples(command, [
    "check --uid-map '0 1000 1' --gid-map '0 1000 1' --setgroups deny",
    "check --uid-map '0 1000 1; 1 100000 65536' --as caps=CAP_SETUID",
    "check --uid-map '0 0 1' --as uid=0 --from inside --json",
    "check --uid-map '0 1000 1' --written uid",
    "check --uid-map '0 0 10' --parent-map 0:1000:1 --parent-gid-map 0:100:1",
  ]);
}

async function runCheck(options: CheckOptions, terminal: Terminal): Promise<Exit> {
  const question = await readQuestion(options);
  const engine = await init();
  const writes = askMaps(question, engine);
  const ok = writes.every(({ refusal }) => refusal === null);
  const repair = repairMaps(question, engine);
  if (options.json) await answerJson(terminal, { ok, question, writes, ...withTools(repair) } satisfies CheckAnswer);
  else {
    const [head = "", ...rest] = mapAnswerLines(question, writes, repair);
    const paint = ok ? terminal.colors.bold : terminal.colors.red;
    await answer(terminal, `${[paint(head), ...rest].join("\n")}\n`);
  }
  return ok ? EXIT.yes : EXIT.no;
}

function withTools({ proposals, why }: MapRepair): Pick<CheckAnswer, "proposals" | "why"> {
  return {
    proposals: proposals.map((proposal) => {
      const gained = proposal.changes.flatMap((change) => (change.what === "caps" ? change.add : []));
      return { ...proposal, tools: mapTools(proposal.question, gained) };
    }),
    why,
  };
}

async function readQuestion(options: CheckOptions): Promise<MapQuestion> {
  const { uidMap, gidMap, setgroups = null, parentMap, parentGidMap } = options;
  if (uidMap === undefined && gidMap === undefined) throw usageFault("--uid-map", "a map to ask about", "none");
  if (parentMap === undefined && parentGidMap !== undefined)
    throw usageFault("--parent-map", "the map that --parent-gid-map goes with", "none");
  const texts: MapTexts = {
    ...(uidMap === undefined ? {} : { uid: await loadWrittenText(uidMap, "--uid-map") }),
    ...(gidMap === undefined ? {} : { gid: await loadWrittenText(gidMap, "--gid-map") }),
  };
  const writer = readWriter(options.as, "--as");
  const parent = parentMap === undefined ? null : await parentExtents(parentMap, parentGidMap);
  const { written, from = writer.caps.length === 0 ? "inside" : "parent" } = options;
  return { parent, writer, from, setgroups, texts, ...(written ? { written } : {}) };
}

async function parentExtents(map: string, gidMap: string | undefined): Promise<MapQuestion["parent"]> {
  const { uid, gid } = await loadOwnerMaps(map, gidMap, "--parent-map", "--parent-gid-map");
  return { uid: uid.extents, gid: gid.extents };
}
