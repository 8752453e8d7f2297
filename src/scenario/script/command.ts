import { type Given, scriptError } from "./words.ts";

/** What the program of an agent has open, and commands refer to without a name. */
export interface OpenThings {
  /** The name that it listens at. */
  readonly listening?: string;
  /** The connection that it made or accepted last. */
  readonly connection?: { readonly name: string; readonly side: "accepted" | "connected" };
  /** The one file that it keeps a descriptor of, and by which call it writes to it; null: what that does is not modelled. */
  readonly file?: { readonly path: string; readonly write: "map_write_fd" | "file_write_fd" } | null;
}

/** What a script remembers of the answers so far, since later commands refer to them. */
export interface Memory {
  /** The number of the namespace that an agent last asked for its own, by agent. */
  readonly numbers: Map<string, number>;
  /** What the program of an agent has open, by agent: a fork has it too, a new program has not. */
  readonly open: Map<string, OpenThings>;
  /** Where a file system was mounted that is not modelled, and why it is not: nothing below can be told. */
  readonly unmodelled: Map<string, string>;
  /** The value that turns a switch on, by the name of one that is not listed. */
  readonly switchedOn: Map<string, string>;
  /** Agents that a call killed. */
  readonly killed: Set<string>;
}

export function newMemory(): Memory {
  return {
    numbers: new Map(),
    open: new Map(),
    unmodelled: new Map(),
    switchedOn: new Map(),
    killed: new Set(),
  };
}

/** Remember what an agent has opened besides what it had. */
export function remember({ open }: Memory, agent: string, opened: OpenThings): void {
  open.set(agent, { ...open.get(agent), ...opened });
}

/** Stands before the name of an agent in a text that is written: what is written there is its pid. */
const PID = "\0";

/**
 * A command in which the agents stand by their names: `<pid of x>` and `$x` become x, `/proc/self` the directory of the
 * acting agent, `id of x` a number. In a text that is written a pid keeps apart from a letter: {@link hasPid}.
 *
 * @example inNames("chmod /proc/<pid of a>/root/f 600", "h", newMemory()) // "chmod /proc/a/root/f 600"
 */
export function inNames(text: string, agent: string, memory: Memory): string {
  const [, before = text, after = ""] = /^(writelast |write (?:<pid of \w+>|\S)+ )(.*)$/s.exec(text) ?? [];
  return inNamesOnly(before, agent, memory, "") + inNamesOnly(after, agent, memory, PID);
}

function inNamesOnly(text: string, agent: string, memory: Memory, mark: string): string {
  return text
    .replace(
      /<pid of (\w+)>|\$(\w+)/g,
      (_, pid: string | undefined, short: string | undefined) => `${mark}${pid ?? short ?? ""}`,
    )
    .replaceAll("/proc/self", `/proc/${agent}`)
    .replace(/id of (\w+)/g, (_, of: string) => {
      const number = memory.numbers.get(of);
      if (number === undefined) throw scriptError(`an answer of "${of} nsid" before`, text);
      return String(number);
    });
}

/** The agents that a script names, in the order in which it does. */
export function agentsIn(text: string): readonly string[] {
  return [...text.matchAll(/<pid of (\w+)>|\$(\w+)/g)].map(([, pid, short]) => pid ?? short ?? "");
}

/** A function of the kernel is written as one: its parentheses and commas only separate. */
const FUNCTION = /^(?:make|from)_\w+/;

/** The words of a command or of a verb's usage. */
export function wordsOf(text: string): readonly string[] {
  return FUNCTION.test(text) ? text.split(/[(), ]+/).filter((word) => word !== "") : text.split(" ");
}

/**
 * Match a command with a usage: small words stand for themselves, words in capitals for one word each, `[X]` for one or
 * none, `X…` for all that is left.
 *
 * @returns null where they do not match
 * @example matchUsage("creat PATH [MODE]", wordsOf("creat /h/t/f"))?.get("PATH") // "/h/t/f"
 */
export function matchUsage(usage: string, words: readonly string[]): Given | null {
  const given = new Map<string, string>();
  const wanted = wordsOf(usage);
  for (const [index, part] of wanted.entries()) {
    const [, bracket, name = "", rest] = /^(\[?)([A-Z]+)(…?)\]?$/.exec(part) ?? [];
    const word = words[index];
    if (name === "") {
      if (word !== part) return null;
    } else if (rest === "…") {
      given.set(name, words.slice(index).join(" "));
      return given;
    } else if (word !== undefined) given.set(name, word);
    else if (bracket !== "[") return null;
  }
  return words.length <= wanted.length ? given : null;
}

/** Is the pid of an agent in a text that is written? */
export function hasPid(text: string): boolean {
  return text.includes(PID);
}

/** A text with the pids that stand in it by the names of agents. @param pidOf  undefined for a name that no agent has */
export function withPids(text: string, pidOf: (agent: string) => number | undefined): string {
  return text.replaceAll(/\0([a-z])/g, (_, agent: string) => String(pidOf(agent) ?? agent));
}
