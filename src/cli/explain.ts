import { type Command, Option } from "commander";
import { type Kind, quoted } from "../core/index.ts";
import { type Explanation, explain, FILE_ASKS, hang } from "../explain/index.ts";
import {
  createRoute,
  initialNamespace,
  intoKernel,
  type KernelRoute,
  type OwnerKind,
  outOfKernel,
  statRoute,
  type View,
} from "../kernel/index.ts";
import { addFileOptions, type FileOptions, givenFileOption, runExplainFile } from "./explain-file.ts";
import { addFsidOptions, type FsidOptions, runExplainFsid } from "./explain-fsid.ts";
import { runExplainIsolated } from "./explain-isolated.ts";
import { runExplainIsolatedFile } from "./explain-isolated-file.ts";
import { addProcessOption, type ProcessOptions, runExplainProcess } from "./explain-process.ts";
import { explanationText } from "./explanation-text.ts";
import { usageFault } from "./fault.ts";
import {
  addMapOptions,
  type GivenMaps,
  type MapOptions,
  type NestedFault,
  nestedFaults,
  nestedFaultText,
  readGivenMaps,
} from "./given-maps.ts";
import { addExamples } from "./help-examples.ts";
import { givenAccountOption } from "./host-accounts.ts";
import { readAsked } from "./id-argument.ts";
import { addIsolatedOptions, type IsolatedOptions } from "./isolated-nest.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

interface Direction {
  /** What the id is, and what it is asked for. */
  readonly title: string;
  readonly route: <K extends Kind>(view: View<K>) => KernelRoute<K>;
}

const DIRECTIONS = {
  down: { title: "used inside → in the kernel", route: (view) => intoKernel(view.caller) },
  up: { title: "in the kernel → as seen inside", route: (view) => outOfKernel(view.caller, "shown") },
  stat: { title: "kept on disk → as stat shows it", route: statRoute },
  create: { title: "the creator's → kept on disk", route: createRoute },
} as const satisfies Record<string, Direction>;

type DirectionName = keyof typeof DIRECTIONS;

/** The `--json` of `userns explain`: an explanation for each id, two for each owner. */
export interface ExplainAnswer {
  readonly direction: DirectionName;
  readonly title: string;
  readonly explanations: readonly Explanation[];
  /** Nested maps that Linux would not take, for the map before does not hold a line of them. Ids may end there. */
  readonly refusedMaps: readonly NestedFault[];
}

interface ExplainOptions extends MapOptions, FileOptions, FsidOptions, IsolatedOptions, ProcessOptions {
  readonly kind: "uid" | "gid";
  readonly direction?: DirectionName;
  readonly json?: true;
}

export function addExplainCommand(program: Command, session: Session): void {
  const command = program
    .command("explain")
    .summary("who an id is, what a task may do with a file, and why")
    .description(
      "Follow ids, or owners, through the caller's map, nested maps, a mount's map and\na file system's map. " +
        "Or ask what a task may do with a file, and what\ncomes of it: a model of Linux 6.18 answers, with the rule, " +
        "what would help and\nthe way of every id.\n" +
        "Exit 1 when an id is not mapped, the answer is no, or an fs map gives away the\nfiles of an account of the host.\n\n" +
        "u: used inside or kept on disk; k: in the kernel; v: seen through a mount;\n" +
        "k5@ns2: an id of isolated namespace 2.",
    )
    .argument("<ids...>", `an id (1000), an owner (1000:100), or a question: ${FILE_ASKS.join(", ")}`)
    .addOption(new Option("--kind <kind>", "what an id alone is").choices(["uid", "gid"]).default("uid"));
  addMapOptions(command);
  addIsolatedOptions(command);
  addFsidOptions(command);
  command.addOption(
    new Option(
      "--direction <way>",
      "stat is the default with --mount or --fs, up for kernel ids beside --isolated (k5@ns2), else down",
    ).choices(Object.keys(DIRECTIONS)),
  );
  addFileOptions(command);
  addProcessOption(command);
  command.option("--json", "answer as JSON").action(async (ids: string[], options: ExplainOptions) => {
    if (options.pid !== undefined) {
      session.exit = await runExplainProcess(ids, options, session.terminal);
      return;
    }
    const ask = FILE_ASKS.find((word) => word === ids[0]);
    session.exit = ask ? await askAbout(ask, ids, options, session) : await runExplain(ids, options, session.terminal);
  });
  addExamples(command, [
    "explain 42 --map 0:1000:1,1:100000:65536 --kind gid",
    "explain 1000:100 --map 0:1000:1 --gid-map 0:100:1 --direction up --json",
    "explain 5 --map 0:1000:1 --isolated 2 --creator 1000:1000",
    "explain 5 --isolated 2 --mount ns2 --profile linux-6.18+isolated",
    "explain write --isolated 2 --mount ns2 --owner 70000:5 --as 70000",
    "explain 0:5 --map 0:1000:9 --fsuid-map 0:5000:9 --fsgid-map 0:600:9",
    "explain 0 --map 0:9:9 --fsuid-map 0:7:9 --passwd FILE --group FILE",
    "explain 0 --map 0:100000:65536 --nested 0:1000:9 --gid-nested 0:100:9",
    "explain stat --owner 5:5 --map 0:9:9 --mount 0:9:9 --gid-mount 0:9:7",
    "explain write --owner 0:27 --mode 0664 --as 1000:1000,27 --caps none",
    "explain create --type dir --mode 777 --map 0:5:9 --fs 0:5:9",
    "explain unlink --dir-owner 0:0 --dir-mode 1777 --owner 5:5 --as 6",
    "explain chown --to 33:33 --map 0:100000:65536 --fs 0:5:9 --gid-fs 0:1:9",
    "explain exec --owner 0:0 --mode 4755 --as 1000 --nosuid --nnp",
    "explain /etc/passwd --pid self",
    "explain read --owner 300000:300000 --map 0:9:9 --fsuid-map 0:300000:9",
    "explain exec --file-caps CAP_NET_RAW --file-caps-root 5 --map 0:5:9",
  ]);
}

function refuseAccounts(options: FsidOptions): void {
  const stray = givenAccountOption(options);
  if (stray) throw usageFault("--fsuid-map", `the map that ${stray} goes with`, "none");
}

async function askAbout(
  ask: (typeof FILE_ASKS)[number],
  ids: readonly string[],
  options: ExplainOptions,
  session: Session,
): Promise<Exit> {
  const [, more] = ids;
  if (more !== undefined) throw usageFault("IDS", `nothing after ${ask}: the owner goes with --owner`, more);
  if (options.direction !== undefined)
    throw usageFault("--direction", `nothing: it does not go with ${ask}`, options.direction);
  const accounts = givenAccountOption(options);
  if (accounts) throw usageFault(accounts, "ids to follow, where accounts are looked for", ask);
  if (options.isolated !== undefined) {
    const fsMap = options.fsuidMap ?? options.fsgidMap;
    if (fsMap !== undefined)
      throw usageFault("--isolated", "nothing beside --fsuid-map; a scenario for `userns run` has it all", fsMap);
    return runExplainIsolatedFile(ask, options, session.terminal);
  }
  const stray = options.creator ? "--creator" : options.profile === undefined ? null : "--profile";
  if (stray) throw usageFault("--isolated", `the isolated namespace that ${stray} goes with`, "none");
  return runExplainFile(ask, options, session);
}

async function runExplain(texts: readonly string[], options: ExplainOptions, terminal: Terminal): Promise<Exit> {
  if (options.fsuidMap !== undefined || options.fsgidMap !== undefined) {
    const stray = givenFileOption(options) ?? ((options.isolated ?? options.creator) ? "--isolated" : null);
    if (stray) throw usageFault(stray, "nothing beside --fsuid-map; a scenario for `userns run` has it all", "ids");
    return runExplainFsid(texts, options, terminal);
  }
  refuseAccounts(options);
  const direction = options.direction ?? (options.mount || options.fs ? "stat" : "down");
  if (options.isolated === undefined) {
    checkTexts(texts);
    checkMaps(direction, options);
  }
  const stray = givenFileOption(options);
  if (stray) throw usageFault(stray, `a question before it: ${FILE_ASKS.join(", ")}`, "ids");
  if (options.isolated === undefined && options.profile !== undefined)
    throw usageFault("--isolated", "the isolated namespace that --profile goes with", "none");
  if (options.isolated !== undefined || options.creator !== undefined)
    return runExplainIsolated(texts, options, terminal);
  const explanations: Explanation[] = [];
  const maps = await readGivenMaps(options);
  for (const { kind, id } of texts.flatMap((text) => readAsked(text, options.kind, "IDS")))
    explanations.push(explain(kind, DIRECTIONS[direction].route(viewOf(maps, kind)), { id, number: 0 }));
  const refusedMaps = nestedFaults(maps, options).filter(({ kind }) => explanations.some((of) => of.kind === kind));
  const { title } = DIRECTIONS[direction];
  if (options.json) await answerJson(terminal, { direction, title, explanations, refusedMaps } satisfies ExplainAnswer);
  else await answer(terminal, explainText(title, explanations, refusedMaps, terminal));
  return explanations.every(({ isMapped }) => isMapped) ? EXIT.yes : EXIT.no;
}

/** A word that is no question is told before the map that an id would need. */
function checkTexts(texts: readonly string[]): void {
  const word = texts.find((text) => !/^\d/.test(text));
  if (word !== undefined) throw usageFault("IDS", `an id, an owner, or one of ${FILE_ASKS.join(", ")}`, quoted(word));
}

function checkMaps(direction: DirectionName, options: MapOptions): void {
  if (direction === "stat" || direction === "create") return;
  if (options.map === undefined) throw usageFault("--map", "a map to explain the id with", "none");
  if (options.mount !== undefined || options.fs !== undefined)
    throw usageFault("--direction", "stat or create beside --mount or --fs", direction);
}

function viewOf<K extends OwnerKind>({ namespaces, mount, filesystem }: GivenMaps, kind: K): View<K> {
  return {
    caller: namespaces.map((maps, index) => ({
      name: index === 0 ? `${kind}_map` : `${kind}_map of nested ${index}`,
      map: maps[kind],
    })),
    mount: mount && { name: "mount map", map: mount[kind] },
    filesystem: filesystem ? { name: "file system map", map: filesystem[kind] } : initialNamespace(),
  };
}

function explainText(
  title: string,
  explanations: readonly Explanation[],
  refusedMaps: readonly NestedFault[],
  terminal: Terminal,
): string {
  const blocks = explanations.map((explanation) => explanationText(explanation, title, terminal));
  const notes = refusedMaps.map((fault) => {
    const { option, nested, refusal } = fault;
    return [
      ...hang("", `${option} ${nested}, which Linux does not take: ${refusal.errno} ${nestedFaultText(fault)}`),
      ...hang("  rule  ", refusal.rule.sentence),
      ...hang("  from  ", refusal.rule.source),
    ].join("\n");
  });
  return `${[...blocks, ...notes].join("\n\n")}\n`;
}
