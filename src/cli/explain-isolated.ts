import { type Command, Option } from "commander";
import { init } from "../core/index.ts";
import {
  type AskedIsolated,
  explainIsolated,
  type IsolatedExplanation,
  type NestedNamespace,
} from "../explain/index.ts";
import type { OwnerKind } from "../kernel/index.ts";
import { explanationText } from "./explanation-text.ts";
import { usageFault } from "./fault.ts";
import { type MapOptions, nestedFaults, nestedFaultText, readGivenMaps } from "./given-maps.ts";
import { readAsked, readId, readOwner } from "./id-argument.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

/** What is said of namespaces that are isolated. */
export interface IsolatedOptions {
  readonly isolated?: readonly string[];
  readonly creator?: readonly string[];
}

interface Options extends MapOptions, IsolatedOptions {
  readonly kind: OwnerKind;
  readonly direction?: string;
  readonly json?: true;
}

/** The `--json` of `userns explain --isolated`: for each id its way into the kernel, and back to whoever looks at it. */
export interface IsolatedExplainAnswer {
  readonly ids: readonly IsolatedExplanation[];
}

const MAX_NUMBER = 0xffff_ffff;

export function addIsolatedOptions(command: Command): void {
  const collect = (value: string, previous: readonly string[] = []) => [...previous, value];
  command.addOption(
    new Option(
      "--isolated <number>",
      "the number of the isolated namespace; --map may be missing. Nested: once for each map, outermost first, 0 for one that is not isolated",
    ).argParser(collect),
  );
  command.addOption(
    new Option(
      "--creator <owner>",
      "who made it, UID or UID:GID counted in the one before; as often as --isolated. Adds what is seen from outside",
    ).argParser(collect),
  );
}

/** Follow ids through isolated namespaces. */
export async function runExplainIsolated(
  texts: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<Exit> {
  const { direction = "down" } = options;
  if (direction !== "down" && direction !== "up")
    throw usageFault("--direction", "down or up beside --isolated", direction);
  const other = options.mount ?? options.fs;
  if (other !== undefined)
    throw usageFault(
      options.mount === undefined ? "--fs" : "--mount",
      "no mount and no file system beside --isolated; a scenario for `userns run` has them",
      other,
    );
  const nest = await readNest(options);
  const asked = texts.flatMap((text) =>
    direction === "down" ? insideOf(text, options.kind) : kernelOf(text, options.kind),
  );
  const ids = explainIsolated(nest, asked, await init());
  if (options.json) await answerJson(terminal, { ids } satisfies IsolatedExplainAnswer);
  else await answer(terminal, `${ids.map((one) => textOf(one, terminal)).join("\n\n")}\n`);
  return ids.every(isMapped) ? EXIT.yes : EXIT.no;
}

/** Has the id a kernel id; where a kernel id was asked about: has it a number in the innermost namespace? */
function isMapped({ down, seen }: IsolatedExplanation): boolean {
  return down ? down.isMapped : seen[0]?.explanation.isMapped === true;
}

async function readNest(options: Options): Promise<readonly NestedNamespace[]> {
  const { isolated = [], creator } = options;
  const maps = await readGivenMaps(options);
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
  return numbers.map((number, index) => ({
    number,
    maps: maps.namespaces[index] ?? null,
    creator: creator ? readCreator(creator[index] ?? "") : null,
  }));
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

function insideOf(text: string, kind: OwnerKind): readonly AskedIsolated[] {
  return readAsked(text, kind, "IDS").map((asked) => ({ from: "inside", ...asked }));
}

function kernelOf(text: string, kind: OwnerKind): readonly AskedIsolated[] {
  const [, id = "", number = "0"] = /^(\d+)(?:@(?:ns)?(\d+))?$/.exec(text) ?? [];
  if (id === "") throw usageFault("IDS", "a kernel id: 1000, or 5@ns2 for one of isolated namespace 2", text);
  return [{ from: "kernel", kind, id: readId(id, "IDS"), number: readNumber(number, "IDS") }];
}

function textOf({ down, seen }: IsolatedExplanation, terminal: Terminal): string {
  const blocks = seen.map(({ namespace, explanation }) =>
    explanationText(explanation, `in the kernel → as seen in ${namespace}`, terminal),
  );
  return [...(down ? [explanationText(down, "used inside → in the kernel", terminal)] : []), ...blocks].join("\n");
}
