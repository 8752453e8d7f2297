import type { Explanation } from "./explain.ts";

/** Columns of a terminal that text output keeps to. */
export const TEXT_WIDTH = 80;

/**
 * An explanation as lines of at most {@link TEXT_WIDTH} columns, where words allow: the answer, then a step a line.
 *
 * @example explanationLines(explain("uid", intoKernel([{ name: "uid_map", map: parseTriples("0:100000:9") }]), { id: 5, number: 0 }))
 *          // ["uid u5 → k100005", "  u5 → k100005  uid_map, line 1: 0:100000:9"]
 */
export function explanationLines(explanation: Explanation): string[] {
  const { kind, from, steps } = explanation;
  const arrows = steps.map((step) => `${step.from} → ${step.to}`);
  const width = Math.max(0, ...arrows.map((arrow) => arrow.length));
  const lines = steps.flatMap((step, index) =>
    hang(`  ${(arrows[index] ?? "").padEnd(width)}  `, `${step.map}, ${step.why}`),
  );
  return [`${kind} ${from} → ${answerOf(explanation)}`, ...lines];
}

function answerOf({ isMapped, to, shown }: Explanation): string {
  return isMapped ? to : `not mapped, shown as ${shown}`;
}

/** Break a text at blanks so that it stands to the right of `head`, in lines of at most {@link TEXT_WIDTH} columns. */
export function hang(head: string, text: string): string[] {
  const lines: string[] = [];
  let line = head;
  let isBare = true;
  for (const word of text.split(" ")) {
    if (!isBare && line.length + 1 + word.length > TEXT_WIDTH) {
      lines.push(line);
      line = " ".repeat(head.length);
      isBare = true;
    }
    line += isBare ? word : ` ${word}`;
    isBare = false;
  }
  return [...lines, line];
}
