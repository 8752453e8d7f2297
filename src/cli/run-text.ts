import {
  answerWords,
  callWords,
  differenceWords,
  explanationLines,
  hang,
  type RunCall,
  type RunScenario,
} from "../explain/index.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

/** A longer call has its answer on a line of its own. */
const CALL_COLUMNS = 36;

interface Row {
  readonly number: string;
  readonly who: string;
  readonly call: string;
  readonly answer: string;
}

const HEAD: Row = { number: "#", who: "who", call: "call", answer: "answer" };

/**
 * A replayed scenario as a table: a row a call, and under it the rule that decided and where the rule comes from; where
 * an answer is not the expected one, how it differs and the way of its ids.
 *
 * @param showsIds  the way of the ids of every call
 */
export function scenarioLines(scenario: RunScenario, showsIds: boolean, { colors }: Terminal): string[] {
  const { file, title, calls, deviations } = scenario;
  const rows = calls.map(rowOf);
  const all = [HEAD, ...rows];
  const columns = {
    number: Math.max(...all.map(({ number }) => number.length)),
    who: Math.max(...all.map(({ who }) => who.length)),
    call: Math.max(...all.map(({ call }) => (call.length > CALL_COLUMNS ? 0 : call.length))),
  };
  const line = ({ number, who, call, answer }: Row): string[] => {
    const head = `${number.padStart(columns.number)}  ${who.padEnd(columns.who)}  `;
    return call.length > columns.call
      ? [`${head}${call}`, ...hang(" ".repeat(head.length + columns.call + 2), answer)]
      : hang(`${head}${call.padEnd(columns.call)}  `, answer);
  };
  const indent = " ".repeat(columns.number + 2);
  return [
    colors.bold(withoutControls(title === null ? file : `${file}: ${title}`)),
    ...deviations.flatMap(({ name, sentence, source }) => hang(`${name}: `, `${sentence} (${source})`)),
    ...line(HEAD).map((text) => colors.dim(text)),
    ...calls.flatMap((call, index) => {
      const [row = HEAD] = [rows[index]];
      const isDifferent = call.differences.length > 0;
      return [
        ...line(row).map((text) => (isDifferent ? colors.red(text) : text)),
        ...ruleLines(call, indent).map(withoutControls),
        ...call.bugs
          .flatMap((bug) => hang(indent, `the kernel stops here: ${bug}`))
          .map((text) => colors.red(withoutControls(text))),
        ...differenceLines(call, indent).map((text) => colors.red(withoutControls(text))),
        ...(isDifferent || showsIds
          ? call.ids.flatMap(explanationLines).map((text) => indent + withoutControls(text))
          : []),
      ];
    }),
    summary(scenario),
  ];
}

function rowOf(call: RunCall): Row {
  return {
    number: String(call.number),
    who: withoutControls(call.task),
    call: withoutControls(callWords(call)),
    answer: withoutControls(answerWords(call)),
  };
}

function ruleLines({ rule, because }: RunCall, indent: string): string[] {
  if (!rule) return [];
  const met = because === null || because === rule.sentence ? "" : ` (${because})`;
  return [...hang(indent, `${rule.sentence}${met}`), ...hang(indent, `– ${rule.source}`)];
}

function differenceLines({ call, differences }: RunCall, indent: string): string[] {
  return differences.flatMap((difference) => hang(`${indent}${difference.key}: `, differenceWords(call, difference)));
}

function summary({ calls, expected, different }: RunScenario): string {
  const count = `${calls.length} ${calls.length === 1 ? "call" : "calls"}`;
  if (expected === 0) return `${count}, no answer expected`;
  const numbers = calls.filter(({ differences }) => differences.length > 0).map(({ number }) => number);
  const asExpected = `${count}, ${expected - different} of ${expected} answers as expected`;
  return different === 0 ? asExpected : `${asExpected}; otherwise: ${numbers.join(", ")}`;
}
