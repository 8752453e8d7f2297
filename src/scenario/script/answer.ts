import { resultOf } from "../compare.ts";
import type { Answer } from "../replay.ts";

/** Calls that prepare what a command asks for: that one of them failed is told with its name. */
const TOLD_STAGES: readonly string[] = ["open", "ns", "open_tree", "mount_setattr", "move_mount", "shmget", "get"];

/** A call that said no, as a script tells it. @param begun  what it was the beginning of, where it was one */
export function showRefusal({ verdict }: Answer, begun: string | undefined): string {
  const { errno, at = begun } = resultOf(verdict);
  const stage = typeof at === "string" && TOLD_STAGES.includes(at) ? `${at}: ` : "";
  return `${stage}ret=-1 ${errno}`;
}

/** Which number of a namespace each label of a script stands for: found out answer by answer. */
export class Labels {
  readonly #numbers = new Map<string, string>();

  /** Does it say the same, with a number in place of each label: equal numbers under equal labels, and none under two? */
  isSame(expected: string, got: string): boolean {
    if (got.includes(ANY) || TMPFS_LINE.test(got)) return withAny(got).test(expected);
    const labels = expected.match(LABEL) ?? [];
    const found = patternOf(expected).exec(got);
    if (!found) return false;
    const numbers = found.slice(1);
    const pairs = labels.map((label, index) => [label, numbers[index] ?? ""] as const);
    if (!pairs.every(([label, number]) => this.#fits(label, number))) return false;
    for (const [label, number] of pairs) if (!isCounter(label)) this.#numbers.set(label, number);
    return true;
  }

  #fits(label: string, number: string): boolean {
    if (isCounter(label)) return true;
    const known = this.#numbers.get(label);
    return known === undefined ? ![...this.#numbers.values()].includes(number) : known === number;
  }
}

/** A label, or the number of a namespace that counts: any other will do. */
const LABEL = /\bns[1-9]\d*\b|(?<=\(\d+,)[1-9]\d*(?=\))/g;

function isCounter(label: string): boolean {
  return !label.startsWith("ns");
}

/** Stands in an answer for a number that the model does not know: a pid, or how long one is. */
export const ANY = "*";
/** What tmpfs tells of its inode numbers, where the kernel was built to make them wide. @source tmpfs(5), inode64 */
const INODE_NUMBERS = "(?:,inode(?:32|64))?";
const TMPFS_LINE = / - tmpfs | tmpfs r[ow],.* 0 0(?:$|\|)/;

function withAny(got: string): RegExp {
  const lines = got.split("|").map((line) => {
    const known = line.split(ANY).map(literal).join("(?:\\d+|\\*)");
    return TMPFS_LINE.test(line) ? known.replace(/(?: 0 0)?$/, (end) => INODE_NUMBERS + end) : known;
  });
  return new RegExp(`^${lines.join("\\|")}$`);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function patternOf(expected: string): RegExp {
  return new RegExp(`^${expected.split(LABEL).map(literal).join("(\\d+)")}$`);
}
