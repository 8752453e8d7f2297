import { init } from "../core/index.ts";
import { type AskedIsolated, explainIsolated, hang, type IsolatedExplanation } from "../explain/index.ts";
import { type Deviation, deviationsOf, type OwnerKind } from "../kernel/index.ts";
import { explanationText } from "./explanation-text.ts";
import { usageFault } from "./fault.ts";
import type { MapOptions } from "./given-maps.ts";
import { readAsked, readId } from "./id-argument.ts";
import { type IsolatedOptions, readNest, readNumber, readProfile } from "./isolated-nest.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

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

/** Follow ids through isolated namespaces. */
export async function runExplainIsolated(
  texts: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<Exit> {
  const profile = readProfile(options.profile);
  const { nest, mount } = await readNest(options);
  const isPlain = options.mount === undefined && options.fs === undefined;
  const { direction = isPlain ? plainDirection(texts) : "stat" } = options;
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
    await answer(terminal, `${[...deviationsText(deviations), ...blocks].join("\n\n")}\n`);
  }
  return ids.value.every(isMapped) ? EXIT.yes : EXIT.no;
}

/** Has the id a kernel id or a place on disk; where one of these was asked about: has it a number in the innermost namespace? */
function isMapped({ down, seen }: IsolatedExplanation): boolean {
  return down ? down.isMapped : seen[0]?.explanation.isMapped === true;
}

/** A kernel id, as it is printed or without its letters. */
const KERNEL_ID = /^k?(\d+)(?:@(?:ns)?(\d+))?$/;

/** Kernel ids that are written as such are followed to whoever looks at them. */
function plainDirection(texts: readonly string[]): Direction {
  const isWritten = (text: string) => /[k@]/.test(text) && KERNEL_ID.test(text);
  return texts.length > 0 && texts.every(isWritten) ? "up" : "down";
}

function readIsolatedAsked(text: string, kind: OwnerKind, direction: Direction): readonly AskedIsolated[] {
  const { from } = DIRECTIONS[direction];
  if (from !== "kernel") return readAsked(text, kind, "IDS").map((asked) => ({ from, ...asked }));
  const [, id = "", number = "0"] = KERNEL_ID.exec(text) ?? [];
  if (id === "") throw usageFault("IDS", "a kernel id: 1000, or k5@ns2 for one of isolated namespace 2", text);
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

/** The deviations as a block of text; none where there are none. */
export function deviationsText(deviations: readonly Deviation[]): readonly string[] {
  const named = deviations.flatMap(({ name, sentence, source }) => hang(`${name}: `, `${sentence} (${source})`));
  return named.length > 0 ? [named.join("\n")] : [];
}
