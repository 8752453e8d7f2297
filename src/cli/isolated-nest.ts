import { type Command, Option } from "commander";
import { MAX_NAMESPACE_NUMBER } from "../core/index.ts";
import type { IsolatedMount, NestedNamespace } from "../explain/index.ts";
import { ISOLATED, type OwnerKind, type Profile, parseProfile } from "../kernel/index.ts";
import { usageFault } from "./fault.ts";
import { type MapOptions, nestedFaults, nestedFaultText, readGivenMaps } from "./given-maps.ts";
import { readId, readOwner } from "./id-argument.ts";
import { readIsolatedMount } from "./isolated-mount.ts";
import { collect } from "./repeated-option.ts";

/** What is said of namespaces that are isolated. */
export interface IsolatedOptions {
  readonly isolated?: readonly string[];
  readonly creator?: readonly string[];
  readonly profile?: string;
}

export function addIsolatedOptions(command: Command): void {
  command.addOption(
    new Option(
      "--isolated <number>",
      "the number of the isolated namespace; --map may be missing. Nested: once for each map, outermost first, 0 for one that is not isolated; and once for each namespace inside these that has no map. --mount and --fs may then be ns and such a number",
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

/** @throws UsernsError ERR_USAGE for a kernel without isolated namespaces */
export function readProfile(text: string = ISOLATED.name): Profile {
  const profile = parseProfile(text, "--profile");
  if (!profile.isolated) throw usageFault("--profile", `a kernel with isolated namespaces: ${ISOLATED.name}`, text);
  return profile;
}

/** The namespaces that the options tell of, outermost first, and what is mounted. */
export interface ReadNest {
  readonly nest: readonly NestedNamespace[];
  readonly mount: IsolatedMount;
}

/** @throws UsernsError ERR_USAGE for what makes no nest, and what {@link readGivenMaps} throws */
export async function readNest(options: MapOptions & IsolatedOptions): Promise<ReadNest> {
  const { isolated = [], creator } = options;
  const { fromNest, others } = readIsolatedMount(options);
  const maps = await readGivenMaps(others);
  const [fault] = nestedFaults(maps, options);
  if (fault) throw usageFault(fault.option, "a map that Linux takes", nestedFaultText(fault));
  const count = Math.max(1, maps.namespaces.length);
  if (isolated.length < count)
    throw usageFault("--isolated", `one for each map, at least: ${count}`, String(isolated.length));
  if (creator && creator.length !== isolated.length)
    throw usageFault("--creator", `as many as --isolated: ${isolated.length}`, String(creator.length));
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

/** @param where  the option that it stands in, for errors */
export function readNumber(text: string, where: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= MAX_NAMESPACE_NUMBER))
    throw usageFault(where, `the number of a namespace, at most ${MAX_NAMESPACE_NUMBER}`, text);
  return number;
}

function readCreator(text: string): { readonly [K in OwnerKind]: number } {
  if (text.includes(":")) return readOwner(text, "--creator");
  const id = readId(text, "--creator");
  return { uid: id, gid: id };
}
