import type { Finding } from "../../policy/index.ts";
import type { WhyFix } from "./judgement.ts";

/** The fixes of findings about a machine that are a line for a shell. */
export function commandsOf(findings: readonly Finding[]): readonly WhyFix[] {
  return findings.flatMap(({ fixes }) =>
    fixes.flatMap((fix) => (fix.kind === "command" ? [{ what: "as root", lines: [fix.line], question: null }] : [])),
  );
}
