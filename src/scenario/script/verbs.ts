import { matchUsage, wordsOf } from "./command.ts";
import { FILE_VERBS } from "./file-verbs.ts";
import { KERNEL_VERBS } from "./kernel-verbs.ts";
import { KEY_VERBS } from "./key-verbs.ts";
import { SWITCH_VERBS } from "./policy.ts";
import { PROCESS_VERBS } from "./process-verbs.ts";
import { SOCKET_VERBS } from "./socket-verbs.ts";
import type { Verb } from "./verb.ts";
import { type Given, scriptError } from "./words.ts";

/** The whole language. */
export const VERBS: readonly Verb[] = [
  ...FILE_VERBS,
  ...PROCESS_VERBS,
  ...KERNEL_VERBS,
  ...SOCKET_VERBS,
  ...KEY_VERBS,
  ...SWITCH_VERBS,
];

/** A command, and what its words stand for. */
export interface Command {
  readonly verb: Verb;
  readonly given: Given;
}

/** Read a command. @throws UsernsError ERR_SCENARIO for one that no usage matches */
export function readCommand(text: string): Command {
  const words = wordsOf(text);
  for (const verb of VERBS) {
    const given = matchUsage(verb.usage, words);
    if (given) return { verb, given };
  }
  const alike = VERBS.filter(({ usage }) => wordsOf(usage)[0] === words[0]).map(({ usage }) => usage);
  throw scriptError(alike.join(" or ") || `a verb that is known: ${knownVerbs()}`, text);
}

function knownVerbs(): string {
  return [...new Set(VERBS.map(({ usage }) => wordsOf(usage)[0]))].join(", ");
}
