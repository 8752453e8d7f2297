import { IDENTITY, showExtent } from "../core/index.ts";
import type { Explanation } from "./explain.ts";
import type { FileAnswer, Owners } from "./file-answer.ts";
import type { FileQuestion } from "./file-question.ts";
import type { FileFix } from "./file-repair.ts";
import { explanationLines, hang } from "./text.ts";

/**
 * A question's answer as lines: yes, or the errno; the rule; what would help; the ways that the ids went.
 *
 * @param fixes  of {@link repairFile}
 */
export function fileAnswerLines(question: FileQuestion, answer: FileAnswer, fixes: readonly FileFix[]): string[] {
  const { rule, refusal, ways } = answer;
  const because = refusal && refusal.because !== rule?.sentence ? ` (${refusal.because})` : "";
  return [
    ...hang("", headOf(question, answer)),
    ...(rule ? [...hang("  rule  ", `${rule.sentence}${because}`), ...hang("  from  ", rule.source)] : []),
    ...fixes.flatMap(({ changes }) => hang("  fix   ", changes.map(({ text }) => text).join("; and "))),
    ...(answer.ok || fixes.length > 0 ? [] : ["  fix   none was found"]),
    ...tellingWays(ways).flatMap(explanationLines),
  ];
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

function headOf({ ask, task }: FileQuestion, answer: FileAnswer): string {
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
