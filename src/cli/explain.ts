import { type Command, Option } from "commander";
import type { Kind, PlacedId } from "../core/index.ts";
import { UsernsError } from "../core/index.ts";
import { type Explanation, explain, explanationLines } from "../explain/index.ts";
import {
  createRoute,
  initialNamespace,
  intoKernel,
  type KernelRoute,
  type NamedMap,
  outOfKernel,
  statRoute,
  type View,
} from "../kernel/index.ts";
import { readId, readOwner } from "./id-argument.ts";
import { loadMap, MAP_HELP } from "./map-option.ts";
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

/** The `--json` of `userns explain`: one explanation for an id, two for an owner. */
export interface ExplainAnswer {
  readonly direction: DirectionName;
  readonly title: string;
  readonly explanations: readonly Explanation[];
}

interface ExplainOptions {
  readonly map?: string;
  readonly gidMap?: string;
  readonly nested?: readonly string[];
  readonly mount?: string;
  readonly fs?: string;
  readonly direction?: DirectionName;
  readonly json?: true;
}

export function addExplainCommand(program: Command, session: Session): void {
  program
    .command("explain")
    .summary("who an id is, and every step that makes it so")
    .description(
      "Follow one id, or an owner, through the caller's map, nested maps, a mount's map and a file system's map.\n" +
        "Exit 1 when it is not mapped. u: used inside or kept on disk; k: in the kernel; v: seen through a mount.",
    )
    .argument("<id>", "an id (1000), or an owner (1000:100)")
    .option("--map <map>", `the caller's map; the initial namespace without it: ${MAP_HELP}`)
    .option("--gid-map <map>", "the caller's map of groups, if it is another")
    .option("--nested <map>", "the map of a namespace inside the one before; may be repeated", collect)
    .option("--mount <map>", "the map of an idmapped mount: file system's side:kernel ids:count")
    .option("--fs <map>", "the map of the namespace that owns the superblock, down to kernel ids")
    .addOption(
      new Option("--direction <way>", "stat is the default with --mount or --fs, else down").choices(
        Object.keys(DIRECTIONS),
      ),
    )
    .option("--json", "answer as JSON")
    .action(async (id: string, options: ExplainOptions) => {
      session.exit = await runExplain(id, options, session.terminal);
    });
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

async function runExplain(text: string, options: ExplainOptions, terminal: Terminal): Promise<Exit> {
  const direction = options.direction ?? (options.mount || options.fs ? "stat" : "down");
  checkMaps(direction, options);
  const asked: { readonly kind: "uid" | "gid"; readonly id: number }[] = [];
  if (text.includes(":")) {
    const owner = readOwner(text, "ID");
    asked.push({ kind: "uid", id: owner.uid }, { kind: "gid", id: owner.gid });
  } else asked.push({ kind: "uid", id: readId(text, "ID") });
  const explanations: Explanation[] = [];
  for (const { kind, id } of asked) {
    const view = await loadView(kind, options);
    const placed: PlacedId = { id, number: 0 };
    explanations.push(explain(kind, DIRECTIONS[direction].route(view), placed));
  }
  const { title } = DIRECTIONS[direction];
  if (options.json) await answerJson(terminal, { direction, title, explanations } satisfies ExplainAnswer);
  else await answer(terminal, explainText(title, explanations, terminal));
  return explanations.every(({ isMapped }) => isMapped) ? EXIT.yes : EXIT.no;
}

function checkMaps(direction: DirectionName, options: ExplainOptions): void {
  const hasDisk = direction === "stat" || direction === "create";
  const fail = (where: string, expected: string, got: string) =>
    new UsernsError("ERR_USAGE", { where, expected, got, fix: "userns explain --help" });
  if (!hasDisk && options.map === undefined) throw fail("--map", "a map to explain the id with", "none");
  if (!hasDisk && (options.mount !== undefined || options.fs !== undefined))
    throw fail("--direction", "stat or create beside --mount or --fs", direction);
  if (options.map === undefined && (options.nested !== undefined || options.gidMap !== undefined))
    throw fail("--map", "the map that --nested or --gid-map goes with", "none");
}

async function loadView(kind: "uid" | "gid", options: ExplainOptions): Promise<View> {
  const named = async (value: string, option: string, name: string): Promise<NamedMap> => ({
    name,
    map: await loadMap(value, option),
  });
  const caller: NamedMap[] = [];
  if (kind === "gid" && options.gidMap !== undefined) caller.push(await named(options.gidMap, "--gid-map", "gid_map"));
  else if (options.map !== undefined) caller.push(await named(options.map, "--map", `${kind}_map`));
  for (const [index, value] of (options.nested ?? []).entries())
    caller.push(await named(value, "--nested", `${kind}_map of nested ${index + 1}`));
  return {
    caller,
    mount: options.mount === undefined ? null : await named(options.mount, "--mount", "mount map"),
    filesystem: options.fs === undefined ? initialNamespace() : await named(options.fs, "--fs", "file system map"),
  };
}

function explainText(title: string, explanations: readonly Explanation[], terminal: Terminal): string {
  const blocks = explanations.map((explanation) => {
    const [head = "", ...steps] = explanationLines(explanation);
    const paint = explanation.isMapped ? terminal.colors.bold : terminal.colors.red;
    return [`${paint(head)}  (${title})`, ...steps].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}
