import { type Explanation, explanationLines } from "../explain/index.ts";
import type { Terminal } from "./terminal.ts";

/** An explanation for a terminal: the answer, what it answers, and a step a line. */
export function explanationText(explanation: Explanation, title: string, terminal: Terminal): string {
  const [head = "", ...steps] = explanationLines(explanation);
  const paint = explanation.isMapped ? terminal.colors.bold : terminal.colors.red;
  return [`${paint(head)}  (${title})`, ...steps].join("\n");
}
