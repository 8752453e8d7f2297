import { hang } from "../text.ts";
import type { Possibility, WhyFix } from "./judgement.ts";
import type { WhyAnswer } from "./why.ts";

/** Which line of the answer it is: the first is its head. */
export interface WhyLine {
  readonly text: string;
  readonly is: "head" | "plain" | "fix";
}

/** For people, in lines of at most 80 columns; what is to be pasted is not broken, and comes last. */
export function whyLines({
  message,
  asked,
  cause,
  rule,
  found,
  missing,
  fixes,
  possible,
}: WhyAnswer): readonly WhyLine[] {
  const plain = (text: string): WhyLine => ({ text, is: "plain" });
  const [head = "", ...rest] = hang("", cause ?? "cannot tell yet");
  return [
    { text: head, is: "head" },
    ...rest.map(plain),
    ...hang("  asked   ", asked.replaceAll("\n", "\\n")).map(plain),
    ...hang("  said by ", message.writer).map(plain),
    ...(rule
      ? [...hang("  rule    ", `${rule.sentence} (${rule.name})`), ...hang("  from    ", rule.source)].map(plain)
      : []),
    ...found.flatMap((each) => hang("  found   ", each)).map(plain),
    ...missing.flatMap(({ what, command }) => [...hang("  unknown ", what), `    ask   ${command}`]).map(plain),
    ...possible.flatMap(possibleLines),
    ...fixes.flatMap(fixLines),
  ];
}

function fixLines({ what, lines }: WhyFix, at: number): readonly WhyLine[] {
  return [
    ...hang(at === 0 ? "  fix     " : "  or      ", what).map((text): WhyLine => ({ text, is: "fix" })),
    ...lines.map((line): WhyLine => ({ text: `    ${line}`, is: "fix" })),
  ];
}

function possibleLines({ when, rule, ask, fixes }: Possibility): readonly WhyLine[] {
  const plain = (text: string): WhyLine => ({ text, is: "plain" });
  return [
    ...hang("  perhaps ", when).map(plain),
    ...hang("    rule  ", `${rule.sentence} (${rule.name})`).map(plain),
    ...hang("    from  ", rule.source).map(plain),
    plain(`    ask   ${ask}`),
    ...fixes.flatMap(({ what, lines }): readonly WhyLine[] => [
      ...hang("    then  ", what).map((text): WhyLine => ({ text, is: "fix" })),
      ...lines.map((line): WhyLine => ({ text: `          ${line}`, is: "fix" })),
    ]),
  ];
}
