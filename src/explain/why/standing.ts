import type { Engine } from "../../core/index.ts";
import type { Verdict } from "../../kernel/index.ts";
import { loadScenario, replay } from "../../scenario/index.ts";
import { type Judgement, type Missing, type Possibility, untold, type WhyFix } from "./judgement.ts";

/** A world of the model and what is done in it: the last step is the call that is asked about. */
export interface StandingWorld {
  readonly setup: object;
  readonly steps: readonly object[];
}

/** A way in which things may stand, in which the model refuses the call. */
export interface Standing {
  /** What is so then: `the source is idmapped already`. */
  readonly when: string;
  /** Is it so? null: nothing that is known tells. */
  readonly holds: boolean | null;
  /** What tells, and what it shows then. */
  readonly ask: string;
  readonly world: StandingWorld;
  /** What helps then, and the world after it; it is proposed where the model takes the call there. */
  readonly mend: { readonly what: string; readonly lines: readonly string[]; readonly world: StandingWorld };
  /** What does without the call. */
  readonly without?: readonly WhyFix[];
}

/**
 * Which of the standings refuses a call as it was refused? The one that is known to hold is the cause; without it all that
 * may hold are told, each with the rule of the model and the command that tells it.
 *
 * @param errno  what the call was refused with; null: the line does not say, so any
 * @param more   what is told besides where none is known to hold
 */
export function judgeStandings(
  asked: string,
  errno: string | null,
  standings: readonly Standing[],
  more: { readonly found: readonly string[]; readonly missing: readonly Missing[] },
  engine: Engine,
): Judgement {
  const open = standings.flatMap((standing) => {
    if (standing.holds === false) return [];
    const verdict = lastVerdict(standing.world, engine);
    if (verdict.ok || (errno !== null && verdict.errno !== errno)) return [];
    const { when, ask } = standing;
    return [{ standing, told: { when, rule: verdict.rule, ask, fixes: fixesOf(standing, engine) } }];
  });
  const certain = open.find(({ standing }) => standing.holds)?.told;
  if (!certain) return untold(asked, more.missing, { found: more.found, possible: open.map(({ told }) => told) });
  const { when, rule, fixes } = certain satisfies Possibility;
  return { asked, cause: when, rule, found: more.found, missing: [], fixes };
}

function fixesOf({ mend, without = [] }: Standing, engine: Engine): readonly WhyFix[] {
  const { what, lines, world } = mend;
  return [...(lastVerdict(world, engine).ok ? [{ what, lines, question: null }] : []), ...without];
}

function lastVerdict({ setup, steps }: StandingWorld, engine: Engine): Verdict<unknown> {
  const answer = replay(loadScenario({ version: 1, setup, steps }), engine).at(-1);
  if (!answer) throw new Error("a scenario with a step has an answer");
  return answer.verdict;
}
