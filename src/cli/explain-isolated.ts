import { type Command, Option } from "commander";
import { init } from "../core/index.ts";
import {
  type AskedIsolated,
  explainIsolated,
  hang,
  type IsolatedExplanation,
  type NestedNamespace,
} from "../explain/index.ts";
import { type Deviation, deviationsOf, ISOLATED, type OwnerKind, type Profile, parseProfile } from "../kernel/index.ts";
import { explanationText } from "./explanation-text.ts";
import { usageFault } from "./fault.ts";
import { type MapOptions, nestedFaults, nestedFaultText, readGivenMaps } from "./given-maps.ts";
import { readAsked, readId, readOwner } from "./id-argument.ts";
import { readIsolatedMount } from "./isolated-mount.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

/** What is said of namespaces that are isolated. */
export interface IsolatedOptions {
  readonly isolated?: readonly string[];
  readonly creator?: readonly string[];
  readonly profile?: string;
}

/** What is asked of an id, and how that is headed. */
const DIRECTIONS = {
  down: { from: "inside", down: "used inside → in the kernel", seen: "in the kernel → as seen in" },
  up: { from: "kernel", down: "", seen: "in the kernel → as seen in" },
  stat: { from: "disk", down: "", seen: "kept on disk → as stat shows it in" },
  create: { from: "creator", down: "the creator's → kept on disk", seen: "" },
} as const satisfies Record<string, { from: AskedIsolated["from"]; down: string; seen: string }>;
type Direction = keyof typeof DIRECTIONS;

interface Options extends MapOptions, IsolatedOptions {
  readonly kind: OwnerKind;
  readonly direction?: Direction;
  readonly json?: true;
}

/** The `--json` of `userns explain --isolated`: for each id its way into the kernel, and back to whoever looks at it. */
export interface IsolatedExplainAnswer {
  readonly profile: string;
  /** Where the profile differs from the newest revision of isolated namespaces. */
  readonly deviations: readonly Deviation[];
  readonly ids: readonly IsolatedExplanation[];
}

const MAX_NUMBER = 0xffff_ffff;

export function addIsolatedOptions(command: Command): void {
  const collect = (value: string, previous: readonly string[] = []) => [...previous, value];
  command.addOption(
    new Option(
      "--isolated <number>",
      "the number of the isolated namespace; --map may be missing. Nested: once for each map, outermost first, 0 for one that is not isolated. --mount and --fs may then be ns and such a number",
    ).argParser(collect),
  );
  command.addOption(
    new Option(
      "--creator <owner>",
      "who made it, UID or UID:GID counted in the one before; as often as --isolated. Adds what is seen from outside",
    ).argParser(collect),
  );
  command.addOption(
    new Option("--profile <kernel>", `beside --isolated: ${ISOLATED.name}=SWITCH,… turns switches of it on`),
  );
}

/** Follow ids through isolated namespaces. */
export async function runExplainIsolated(
  texts: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<Exit> {
  const profile = readProfile(options.profile);
  const { nest, mount } = await readNest(options);
  const isPlain = options.mount === undefined && options.fs === undefined;
  const { direction = isPlain ? "down" : "stat" } = options;
  if (!isPlain && (direction === "down" || direction === "up"))
    throw usageFault("--direction", "stat or create beside --mount or --fs", direction);
  const asked = texts.flatMap((text) => readIsolatedAsked(text, options.kind, direction));
  const ids = explainIsolated(nest, asked, await init(), profile, mount);
  if (!ids.ok) throw usageFault("--mount", `a mount that the kernel makes: ${ids.rule.sentence}`, ids.because);
  const deviations = deviationsOf(profile);
  if (options.json)
    await answerJson(terminal, { profile: profile.name, deviations, ids: ids.value } satisfies IsolatedExplainAnswer);
  else {
    const blocks = ids.value.map((one) => textOf(one, direction, terminal));
    const named = deviations.flatMap(({ name, sentence, source }) => hang(`${name}: `, `${sentence} (${source})`));
    await answer(terminal, `${[...(named.length > 0 ? [named.join("\n")] : []), ...blocks].join("\n\n")}\n`);
  }
  return ids.value.every(isMapped) ? EXIT.yes : EXIT.no;
}

function readProfile(text: string = ISOLATED.name): Profile {
  const profile = parseProfile(text, "--profile");
  if (!profile.isolated) throw usageFault("--profile", `a kernel with isolated namespaces: ${ISOLATED.name}`, text);
  return profile;
}

/** Has the id a kernel id or a place on disk; where one of these was asked about: has it a number in the innermost namespace? */
function isMapped({ down, seen }: IsolatedExplanation): boolean {
  return down ? down.isMapped : seen[0]?.explanation.isMapped === true;
}

async function readNest(options: Options) {
  const { isolated = [], creator } = options;
  const { fromNest, others } = readIsolatedMount(options);
  const maps = await readGivenMaps(others);
  const [fault] = nestedFaults(maps, options);
  if (fault) throw usageFault(fault.option, "a map that Linux takes", nestedFaultText(fault));
  const count = Math.max(1, maps.namespaces.length);
  if (isolated.length !== count)
    throw usageFault("--isolated", `one for each namespace: ${count}`, String(isolated.length));
  if (creator && creator.length !== count)
    throw usageFault("--creator", `as many as --isolated: ${count}`, String(creator.length));
  const numbers = isolated.map((text) => readNumber(text, "--isolated"));
  for (const [index, number] of numbers.entries()) {
    if (number === 0 && (numbers[index - 1] ?? 0) !== 0)
      throw usageFault("--isolated", "a number: what is in an isolated namespace is isolated", "0");
    if (number !== 0 && numbers.indexOf(number) !== index)
      throw usageFault("--isolated", "another number for each namespace", String(number));
  }
  const nest = numbers.map(
    (number, index): NestedNamespace => ({
      number,
      maps: maps.namespaces[index] ?? null,
      creator: creator ? readCreator(creator[index] ?? "") : null,
    }),
  );
  return { nest, mount: fromNest(numbers, maps) };
}

function readNumber(text: string, where: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= MAX_NUMBER)) throw usageFault(where, `the number of a namespace, at most ${MAX_NUMBER}`, text);
  return number;
}

function readCreator(text: string): { readonly [K in OwnerKind]: number } {
  if (text.includes(":")) return readOwner(text, "--creator");
  const id = readId(text, "--creator");
  return { uid: id, gid: id };
}

function readIsolatedAsked(text: string, kind: OwnerKind, direction: Direction): readonly AskedIsolated[] {
  const { from } = DIRECTIONS[direction];
  if (from !== "kernel") return readAsked(text, kind, "IDS").map((asked) => ({ from, ...asked }));
  const [, id = "", number = "0"] = /^(\d+)(?:@(?:ns)?(\d+))?$/.exec(text) ?? [];
  if (id === "") throw usageFault("IDS", "a kernel id: 1000, or 5@ns2 for one of isolated namespace 2", text);
  return [{ from, kind, id: readId(id, "IDS"), number: readNumber(number, "IDS") }];
}

function textOf({ down, seen }: IsolatedExplanation, direction: Direction, terminal: Terminal): string {
  const titles = DIRECTIONS[direction];
  const blocks = seen.flatMap(({ namespace, explanation, bugs }) => [
    explanationText(explanation, `${titles.seen} ${namespace}`, terminal),
    ...bugs.flatMap((bug) => hang("  ", `the kernel stops here: ${bug}`)).map((line) => terminal.colors.red(line)),
  ]);
  return [...(down ? [explanationText(down, titles.down, terminal)] : []), ...blocks].join("\n");
}
