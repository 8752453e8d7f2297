import type { World } from "../../kernel/index.ts";
import { type NotModelled, notModelled } from "./verb.ts";
import { type Given, scriptError } from "./words.ts";

/** The words that are paths, whatever the command. */
const PATH_WORDS: readonly string[] = ["PATH", "DST", "OLD", "NEW", "FILE", "NSFILE", "TGT"];

/** Does the command mount something of a type? Its source is no path, or that of the disk. */
export function isMount(given: Given): boolean {
  return given.has("TYPE");
}

/** Is the word of this name a path? */
export function isPath(name: string, given: Given): boolean {
  return PATH_WORDS.includes(name) || (name === "SRC" && !isMount(given));
}

/** What a command is given, with paths from the root directory, which every agent is in. */
export function fromRoot(given: Given): Given {
  return new Map(
    [...given].map(([name, text]) => [
      name,
      isPath(name, given) && text !== "" && !text.startsWith("/") ? `/${text}` : text,
    ]),
  );
}

/**
 * The process that an agent calls by a word: by its name, which is its pid on the machine, or by a number. In a pid
 * namespace of its own an agent knows others by their numbers there, and those of the machine are nobody's.
 *
 * @returns null for a pid that is nobody's
 */
export function processCalled(
  { tasks, initPidNs }: World,
  agent: string,
  called: string,
): { readonly process: string | null } | NotModelled {
  const own = tasks.get(agent)?.pidNs;
  const isNumber = /^-?\d+$/.test(called);
  if (!isNumber && !/^[a-z]$/.test(called)) throw scriptError("<pid of x>, or a number", called);
  if (isNumber && Number(called) <= 0) return notModelled("groups of processes are not modelled");
  if (own === undefined || own === initPidNs)
    return isNumber ? notModelled("which process has a pid on the machine is not known") : { process: called };
  const member = isNumber ? own.members[Number(called) - 1] : undefined;
  return { process: member?.name ?? null };
}
