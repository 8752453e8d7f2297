import type { Rule } from "../../kernel/index.ts";
import type { MapQuestion } from "../map-question.ts";

/** What an error line comes down to. */
export interface Judgement {
  /** What was asked of the kernel or of a tool: `lchown("/etc/gshadow", 0, 42)`. */
  readonly asked: string;
  /** What decided; null: cannot tell. */
  readonly cause: string | null;
  /** The rule that refused; null where no rule is known to have. */
  readonly rule: Rule | null;
  /** What was found on the way: which id, which line of which map or file. */
  readonly found: readonly string[];
  /** What has to be known to tell more, and the command that tells it. */
  readonly missing: readonly Missing[];
  readonly fixes: readonly WhyFix[];
  /** Without a cause: the rules that may have refused it. Left out: none is told. */
  readonly possible?: readonly Possibility[];
}

/** A rule that refuses such a call, if things stand so. */
export interface Possibility {
  /** What is so then: `the source is idmapped already`. */
  readonly when: string;
  readonly rule: Rule;
  /** The command that tells whether it is so. */
  readonly ask: string;
  /** What helps then. */
  readonly fixes: readonly WhyFix[];
}

export interface Missing {
  readonly what: string;
  readonly command: string;
}

/** Something to do against it. */
export interface WhyFix {
  /** What it does, in a few words. */
  readonly what: string;
  /** Lines to paste: commands, or lines of the file that `what` names. */
  readonly lines: readonly string[];
  /** The map that is then written, which Linux takes: the model was asked. Null for a fix without a map. */
  readonly question: MapQuestion | null;
}

/** Nothing more is known than what the line says. */
export function untold(asked: string, missing: readonly Missing[], more: Partial<Judgement> = {}): Judgement {
  return { asked, cause: null, rule: null, found: [], fixes: [], missing, ...more };
}
