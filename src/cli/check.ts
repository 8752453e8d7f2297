import { type Command, Option } from "commander";
import { IDENTITY, init } from "../core/index.ts";
import {
  askFsMaps,
  askMaps,
  explainFsMaps,
  type FsMapsExplanation,
  findingLines,
  type MapQuestion,
  type MapRepair,
  type MapTexts,
  type MapTool,
  type MapWrite,
  mapAnswerLines,
  mapTools,
  mountInsteadLines,
  repairMaps,
  type WritePlace,
} from "../explain/index.ts";
import { isAlike } from "../formats/index.ts";
import type { OwnerKind } from "../kernel/index.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { type AccountOptions, accountOptions, givenAccountOption, readAccounts } from "./host-accounts.ts";
import { loadOwnerMaps, MAP_HELP } from "./map-option.ts";
import { readActingProcess } from "./pid-option.ts";
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
  /**
   * With fs maps: accounts of the host whose files those that are then in force give away, and the idmapped mount that
   * does the same; null without.
   */
  readonly fs: Pick<FsMapsExplanation, "findings" | "mount"> | null;
}

interface CheckOptions extends AccountOptions {
  readonly uidMap?: string;
  readonly gidMap?: string;
  readonly fsuidMap?: string;
  readonly fsgidMap?: string;
  readonly setgroups?: "allow" | "deny";
  readonly as?: string;
  readonly pid?: string;
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
        "Exit 1 when a write is refused: with the errno, the rule, the line and the\nsmallest change that is taken; or when an fs map gives\naway the files of an account of the host, with the calls that prove it.",
    )
    .option("--uid-map <text>", `what is written to uid_map: ${WRITTEN_HELP}`)
    .option("--gid-map <text>", "what is written to gid_map, in the same forms")
    .addOption(
      new Option("--setgroups <word>", "what is written to setgroups before the maps").choices(["deny", "allow"]),
    )
    .option("--as <writer>", `who makes the namespace and writes: ${WRITER_HELP}`)
    .option("--pid <pid>", "a running process makes it, or self: its ids, its capabilities, its namespace")
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
    .option("--fsuid-map <text>", "what is written to fsuid_map before it all, on a kernel with fsid mappings")
    .option("--fsgid-map <text>", "what is written to fsgid_map");
  for (const option of accountOptions("--fsuid-map")) command.addOption(option);
  command.option("--json", "answer as JSON").action(async (options: CheckOptions) => {
    session.exit = await runCheck(options, session.terminal);
  });
  addExamples(command, [
    "check --uid-map '0 1000 1' --gid-map '0 1000 1' --setgroups deny",
    "check --uid-map '0 1000 1; 1 100000 65536' --as caps=CAP_SETUID",
    "check --uid-map '0 0 1' --as uid=0 --from inside --json",
    "check --uid-map '0 1000 1' --written uid",
    "check --uid-map '0 0 10' --parent-map 0:1000:1 --parent-gid-map 0:100:1",
    "check --uid-map podman:0:5:9 --gid-map FILE --pid self",
    "check --fsuid-map '0 0 9' --fsgid-map '0 0 9' --uid-map '0 5 9'",
    "check --fsuid-map '0 7 9' --as uid=0 --passwd FILE --group FILE",
  ]);
}

async function runCheck(options: CheckOptions, terminal: Terminal): Promise<Exit> {
  const question = await readQuestion(options);
  const engine = await init();
  const writes = askMaps(question, engine);
  const ok = writes.every(({ refusal }) => refusal === null);
  const repair = repairMaps(question, engine);
  const maps = askFsMaps(question, engine);
  const fs = maps && explainFsMaps(maps.fs, maps.ids, [], await readAccounts(options));
  if (options.json) {
    const told = fs && { findings: fs.findings, mount: fs.mount };
    await answerJson(terminal, { ok, question, writes, ...withTools(repair), fs: told } satisfies CheckAnswer);
  } else {
    const [head = "", ...rest] = mapAnswerLines(question, writes, repair);
    const paint = ok ? terminal.colors.bold : terminal.colors.red;
    const found = findingLines(fs?.findings ?? []).map((line) => terminal.colors.red(line));
    const better = ok && fs ? mountInsteadLines(mountAsked(question, fs.mount)) : [];
    await answer(terminal, `${[paint(head), ...rest, ...found, ...better].join("\n")}\n`);
  }
  return ok && (fs?.findings ?? []).length === 0 ? EXIT.yes : EXIT.no;
}

/** The mount's maps of the kinds that were written. */
function mountAsked({ texts, fsTexts = {} }: MapQuestion, { uid, gid }: FsMapsExplanation["mount"]) {
  const isAsked = (kind: OwnerKind) => texts[kind] !== undefined || fsTexts[kind] !== undefined;
  return { uid: isAsked("uid") ? uid : null, gid: isAsked("gid") ? gid : null };
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
  const { uidMap, gidMap, fsuidMap, fsgidMap, parentMap, parentGidMap } = options;
  const hasFsMap = fsuidMap !== undefined || fsgidMap !== undefined;
  const account = givenAccountOption(options);
  if (account && !hasFsMap) throw usageFault("--fsuid-map", `the map that ${account} goes with`, "none");
  if (uidMap === undefined && gidMap === undefined && !hasFsMap)
    throw usageFault("--uid-map", "a map to ask about", "none");
  if (parentMap === undefined && parentGidMap !== undefined)
    throw usageFault("--parent-map", "the map that --parent-gid-map goes with", "none");
  const texts = await readTexts([uidMap, "--uid-map"], [gidMap, "--gid-map"]);
  const fsTexts = await readTexts([fsuidMap, "--fsuid-map"], [fsgidMap, "--fsgid-map"]);
  const { parent, writer, setgroups } =
    options.pid === undefined ? await readMaker(options) : makerOf(options.pid, options);
  const { written, from = writer.caps.length === 0 ? "inside" : "parent" } = options;
  return { parent, writer, from, setgroups, texts, ...(written ? { written } : {}), ...(hasFsMap ? { fsTexts } : {}) };
}

type GivenText = readonly [text: string | undefined, option: string];

async function readTexts([uid, uidOption]: GivenText, [gid, gidOption]: GivenText): Promise<MapTexts> {
  return {
    ...(uid === undefined ? {} : { uid: await loadWrittenText(uid, uidOption, "uid") }),
    ...(gid === undefined ? {} : { gid: await loadWrittenText(gid, gidOption, "gid") }),
  };
}

/** Who makes the namespace, and in which. */
type Maker = Pick<MapQuestion, "parent" | "writer" | "setgroups">;

async function readMaker({ as = "uid=1000", parentMap, parentGidMap, ...options }: CheckOptions): Promise<Maker> {
  const { setgroups = null } = options;
  const writer = readWriter(as, "--as");
  if (parentMap === undefined) return { parent: null, writer, setgroups };
  const { uid, gid } = await loadOwnerMaps(parentMap, parentGidMap, "--parent-map", "--parent-gid-map");
  return { parent: { uid: uid.extents, gid: gid.extents }, writer, setgroups };
}

/** A running process. In a namespace whose setgroups is denied every new one begins so. */
function makerOf(pid: string, { as, parentMap, setgroups }: CheckOptions): Maker {
  const [stray] = [...(as === undefined ? [] : ["--as"]), ...(parentMap === undefined ? [] : ["--parent-map"])];
  if (stray) throw usageFault(stray, "nothing beside --pid, which tells it", "both");
  const { uid, gid, caps, maps, setgroups: inherited } = readActingProcess(pid);
  const isWhole = [maps.uid, maps.gid].every((map) => isAlike({ uid: map, gid: IDENTITY }));
  return {
    parent: isWhole ? null : { uid: maps.uid.extents, gid: maps.gid.extents },
    writer: { uid, gid, caps },
    setgroups: setgroups ?? (inherited === "deny" ? "deny" : null),
  };
}
