import { IDENTITY, showExtent } from "../core/index.ts";
import type { Explanation } from "./explain.ts";
import type { FileAnswer, Owners } from "./file-answer.ts";
import type { FileAsked } from "./file-asked.ts";
import type { FileCheck } from "./file-check.ts";
import { explanationLines, hang } from "./text.ts";

/** What would help, in words. */
export interface TextFix {
  /** To be made together. */
  readonly changes: readonly { readonly text: string }[];
}

/**
 * A question's answer as lines: yes, or the errno; the rule; what would help; the checks before it; the ways that the
 * ids went.
 *
 * @param fixes  all that were found
 */
export function fileAnswerLines(question: FileAsked, answer: FileAnswer, fixes: readonly TextFix[]): string[] {
  const { rule, ways } = answer;
  const { before, because } = decided(answer);
  return [
    ...hang("", headOf(question, answer)),
    ...(rule ? [...hang("  rule  ", told(rule.sentence, because)), ...hang("  from  ", rule.source)] : []),
    ...fixes.flatMap(({ changes }) => hang("  fix   ", changes.map(({ text }) => text).join("; and "))),
    ...(answer.ok || fixes.length > 0 ? [] : ["  fix   none was found"]),
    ...before.flatMap(checkLines),
    ...tellingWays(ways).flatMap(explanationLines),
  ];
}

/** The checks before the one that decided, and what the rule met in that one. */
function decided({ rule, refusal, checks }: FileAnswer): {
  readonly before: readonly FileCheck[];
  readonly because: string;
} {
  const said = refusal && refusal.because !== rule?.sentence ? refusal.because : "";
  const last = checks.at(-1);
  if (!last || (refusal ? last.ok : last.rule !== rule)) return { before: checks, because: said };
  const because = last.because.includes(said) ? last.because : [said, last.because].join("; ");
  return { before: checks.slice(0, -1), because };
}

/** By the rule's name: only the rule that decided is told whole, `--json` tells all. */
function checkLines({ asked, ok, rule, because }: FileCheck): string[] {
  return hang(ok ? "  passed  " : "  failed  ", told(rule ? `${rule.name}: ${asked}` : asked, because));
}

function told(text: string, because: string): string {
  return because === "" ? text : `${text} (${because})`;
}

/** The one line of the initial namespace. */
const EVERY_ID = IDENTITY.extents.map(showExtent).join();

/** Without those that another one repeats or goes on from, and those of the initial namespace, where an id is itself. */
function tellingWays(ways: readonly Explanation[]): readonly Explanation[] {
  const telling = ways.filter(({ steps }) => !steps.every(({ extent }) => extent === EVERY_ID));
  return telling.filter((way, index) =>
    telling.every(
      (other, at) =>
        at === index || !isBeginning(way, other) || (way.steps.length === other.steps.length && index < at),
    ),
  );
}

/** Does the other way take the same id through the same maps, and perhaps through more? */
function isBeginning(way: Explanation, other: Explanation): boolean {
  return (
    way.kind === other.kind &&
    way.steps.length <= other.steps.length &&
    way.steps.every((step, index) => {
      const same = other.steps[index];
      return same?.map === step.map && same.direction === step.direction && same.from === step.from;
    })
  );
}

function headOf({ ask, task }: FileAsked, answer: FileAnswer): string {
  const { refusal, lacks, shown, kept, became } = answer;
  const who = `${task.uid}:${task.gid}`;
  if (refusal) return `${ask} by ${who}: ${refusal.errno}${refusal.call === null ? "" : ` from ${refusal.call}`}`;
  const but = lacks.length === 0 ? "" : `, without ${lacks.join(", ")}`;
  if (ask === "stat" && shown) return `stat shows ${ownersText(shown)}${but}`;
  if (became) {
    const caps = became.caps.length === 0 ? "no capability" : `capabilities: ${became.caps.length}`;
    return `exec by ${who} runs as ${became.uid}:${became.gid}, ${caps}${but}`;
  }
  const isChange = ask === "create" || ask === "chown" || ask === "chmod";
  if (isChange && shown && kept)
    return `${ask} by ${who}: yes; stat shows ${ownersText(shown)}, the disk keeps ${kept.uid}:${kept.gid}`;
  return `${ask} by ${who}: yes${but}`;
}

function ownersText({ uid, gid, mode }: Owners): string {
  return `${uid}:${gid}, mode ${mode}`;
}
