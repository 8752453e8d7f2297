import { type Command, Option } from "commander";
import { type Kind, UsernsError } from "../core/index.ts";
import { type Explanation, explain, explanationLines, FILE_ASKS, type OwnerMaps } from "../explain/index.ts";
import {
  createRoute,
  initialNamespace,
  intoKernel,
  type KernelRoute,
  outOfKernel,
  statRoute,
  type View,
} from "../kernel/index.ts";
import { addFileOptions, type FileOptions, givenFileOption, type MapOptions, runExplainFile } from "./explain-file.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { readId, readOwner } from "./id-argument.ts";
import { loadOwnerMaps, MAP_HELP } from "./map-option.ts";
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
}

interface ExplainOptions extends MapOptions, FileOptions {
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
        "Exit 1 when an id is not mapped, or the answer is no.\n\n" +
        "u: used inside or kept on disk; k: in the kernel; v: seen through a mount.",
    )
    .argument("<ids...>", `an id (1000), an owner (1000:100), or a question: ${FILE_ASKS.join(", ")}`)
    .addOption(new Option("--kind <kind>", "what an id alone is").choices(["uid", "gid"]).default("uid"))
    .option("--map <map>", `the caller's map; the initial namespace without it: ${MAP_HELP}`)
    .option("--gid-map <map>", "the caller's map of groups, if it is another")
    .option("--nested <map>", "the map of a namespace inside the one before; may be repeated", collect)
    .option("--gid-nested <map>", "its map of groups, if it is another; as often as --nested", collect)
    .option("--mount <map>", "the map of an idmapped mount: file system's side:kernel ids:count")
    .option("--gid-mount <map>", "its map of groups, if it is another")
    .option("--fs <map>", "the map of the namespace that owns the superblock, down to kernel ids")
    .option("--gid-fs <map>", "its map of groups, if it is another")
    .addOption(
      new Option("--direction <way>", "stat is the default with --mount or --fs, else down").choices(
        Object.keys(DIRECTIONS),
      ),
    );
  addFileOptions(command);
  command.option("--json", "answer as JSON").action(async (ids: string[], options: ExplainOptions) => {
    const ask = FILE_ASKS.find((word) => word === ids[0]);
    session.exit = ask ? await askAbout(ask, ids, options, session) : await runExplain(ids, options, session.terminal);
  });
  addExamples(command, [
    "explain 42 --map 0:1000:1,1:100000:65536 --kind gid",
    "explain 1000:100 --map 0:1000:1 --gid-map 0:100:1 --direction up --json",
    "explain 0 --map 0:100000:65536 --nested 0:1000:9 --gid-nested 0:100:9",
    "explain stat --owner 5:5 --map 0:9:9 --mount 0:9:9 --gid-mount 0:9:7",
    "explain write --owner 0:27 --mode 0664 --as 1000:1000,27 --caps none",
    "explain create --type dir --mode 777 --map 0:5:9 --fs 0:5:9",
    "explain unlink --dir-owner 0:0 --dir-mode 1777 --owner 5:5 --as 6",
    "explain chown --to 33:33 --map 0:100000:65536 --fs 0:5:9 --gid-fs 0:1:9",
    "explain exec --owner 0:0 --mode 4755 --as 1000 --nosuid --nnp",
    "explain exec --file-caps CAP_NET_RAW --file-caps-root 5 --map 0:5:9",
  ]);
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
  return runExplainFile(ask, options, session);
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

async function runExplain(texts: readonly string[], options: ExplainOptions, terminal: Terminal): Promise<Exit> {
  const direction = options.direction ?? (options.mount || options.fs ? "stat" : "down");
  checkMaps(direction, options);
  const stray = givenFileOption(options);
  if (stray) throw usageFault(stray, `a question before it: ${FILE_ASKS.join(", ")}`, "ids");
  const explanations: Explanation[] = [];
  const views = await loadViews(options);
  for (const { kind, id } of texts.flatMap((text) => askedBy(text, options.kind)))
    explanations.push(explain(kind, DIRECTIONS[direction].route(views[kind]), { id, number: 0 }));
  const { title } = DIRECTIONS[direction];
  if (options.json) await answerJson(terminal, { direction, title, explanations } satisfies ExplainAnswer);
  else await answer(terminal, explainText(title, explanations, terminal));
  return explanations.every(({ isMapped }) => isMapped) ? EXIT.yes : EXIT.no;
}

interface Asked {
  readonly kind: "uid" | "gid";
  readonly id: number;
}

function askedBy(text: string, kind: "uid" | "gid"): Asked[] {
  if (!text.includes(":")) return [{ kind, id: readId(text, "IDS") }];
  const owner = readOwner(text, "IDS");
  return [
    { kind: "uid", id: owner.uid },
    { kind: "gid", id: owner.gid },
  ];
}

function checkMaps(direction: DirectionName, options: ExplainOptions): void {
  const hasDisk = direction === "stat" || direction === "create";
  const fail = (where: string, expected: string, got: string) =>
    new UsernsError("ERR_USAGE", { where, expected, got, fix: "userns explain --help" });
  if (!hasDisk && options.map === undefined) throw fail("--map", "a map to explain the id with", "none");
  if (!hasDisk && (options.mount !== undefined || options.fs !== undefined))
    throw fail("--direction", "stat or create beside --mount or --fs", direction);
  const pairs = [
    ["--mount", options.mount, options.gidMount],
    ["--fs", options.fs, options.gidFs],
  ] as const;
  for (const [option, own, gids] of pairs)
    if (own === undefined && gids !== undefined) throw fail(option, "the map that its map of groups goes with", "none");
  const { nested = [], gidNested = nested } = options;
  if (gidNested.length !== nested.length)
    throw fail("--gid-nested", `as many as --nested: ${nested.length}`, String(gidNested.length));
  if (options.map === undefined && (options.nested !== undefined || options.gidMap !== undefined))
    throw fail("--map", "the map that --nested or --gid-map goes with", "none");
}

async function loadViews(options: ExplainOptions): Promise<{ readonly uid: View; readonly gid: View }> {
  const { map, gidMap, nested = [], gidNested, mount, gidMount, fs, gidFs } = options;
  const load = async (own: string | undefined, gids: string | undefined, option: string): Promise<OwnerMaps | null> =>
    own === undefined ? null : loadOwnerMaps(own, gids, `--${option}`, `--gid-${option}`);
  const callers = [await load(map, gidMap, "map")];
  for (const [index, value] of nested.entries()) callers.push(await load(value, gidNested?.[index], "nested"));
  const [mountMaps, fsMaps] = [await load(mount, gidMount, "mount"), await load(fs, gidFs, "fs")];
  const viewOf = (kind: "uid" | "gid"): View => ({
    caller: callers.flatMap((maps, index) => {
      const name = index === 0 ? `${kind}_map` : `${kind}_map of nested ${index}`;
      return maps ? [{ name, map: maps[kind] }] : [];
    }),
    mount: mountMaps && { name: "mount map", map: mountMaps[kind] },
    filesystem: fsMaps ? { name: "file system map", map: fsMaps[kind] } : initialNamespace(),
  });
  return { uid: viewOf("uid"), gid: viewOf("gid") };
}

function explainText(title: string, explanations: readonly Explanation[], terminal: Terminal): string {
  const blocks = explanations.map((explanation) => {
    const [head = "", ...steps] = explanationLines(explanation);
    const paint = explanation.isMapped ? terminal.colors.bold : terminal.colors.red;
    return [`${paint(head)}  (${title})`, ...steps].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}
