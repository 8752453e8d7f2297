import { showKuid64 } from "../core/index.ts";
import { CALLS, type ToldKids } from "../kernel/syscall/index.ts";
import type { Difference } from "../scenario/index.ts";
import type { RunCall } from "./run-answer.ts";

/**
 * A call as it is shown: `chown disk:etc/passwd uid=5`. What it is about goes without its key.
 *
 * Texts are as the scenario has them: whoever shows them keeps their control characters from doing anything.
 */
export function callWords({ call, args: { path, target, ...args } }: Pick<RunCall, "call" | "args">): string {
  const about = [path, target].filter((value) => value !== undefined).map(word);
  return [call, ...about, ...Object.entries(args).map(([key, value]) => `${key}=${word(value)}`)].join(" ");
}

/** What a call answered: `EPERM`, `EINVAL from write`, `uid 5, gid 5`; `ok` where it gave nothing. */
export function answerWords({ call, answer }: Pick<RunCall, "call" | "answer">): string {
  const { ok, errno, at, ...values } = answer;
  const kids = kidsOf(call);
  // What a program of user space prints has no errno, and says ok only where that is a word of its own.
  if (ok !== true && errno !== undefined)
    return at === undefined ? String(errno) : `${String(errno)} from ${String(at)}`;
  const given = Object.entries(values).map(([key, value]) => `${key} ${valueText(value, kids[key])}`);
  return given.length === 0 ? "ok" : given.join(", ");
}

/** How an answer differs from the expected one, at one of its keys: `expected 0, came 65534`. */
export function differenceWords(call: string, { key, expected, got }: Difference): string {
  const space = kidsOf(call)[key];
  const shown = (value: unknown) => {
    if (value === undefined) return "nothing";
    return space === undefined ? JSON.stringify(value) : valueText(value, space);
  };
  return `expected ${shown(expected)}, came ${shown(got)}`;
}

/** Text without blanks stands for itself. */
function word(value: unknown): string {
  return typeof value === "string" && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value);
}

function kidsOf(call: string): ToldKids {
  return CALLS.get(call)?.kids ?? {};
}

/** A value as it is; where it is a kernel id, `k5@ns2` for `[5, 2]`, and a list of them in brackets. */
function valueText(value: unknown, space: "k" | "v" | undefined): string {
  if (space === undefined || !Array.isArray(value)) return word(value);
  const [id, number] = value;
  if (typeof id === "number" && typeof number === "number") return showKuid64({ id, number }, space);
  return `[${value.map((item) => valueText(item, space)).join(", ")}]`;
}
