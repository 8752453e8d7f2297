import type { Engine } from "../../core/index.ts";
import type { ToolName } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { judgeGrant } from "./judge-grant.ts";
import { judgeMap } from "./judge-map.ts";
import { judgeIdmap } from "./judge-mount.ts";
import { judgeNamespace } from "./judge-namespace.ts";
import { judgeOwn } from "./judge-own.ts";
import { judgeRange } from "./judge-range.ts";
import { judgeShown } from "./judge-shown.ts";
import { judgeTake } from "./judge-take.ts";
import { judgeHelper, judgeTarget } from "./judge-tools.ts";
import type { Judgement, Possibility } from "./judgement.ts";
import { type RecognisedMessage, recogniseMessage } from "./recognise-message.ts";
import { type KnownTool, toolOf } from "./tools.ts";

/** What an error line means, and what to do. The `--json` of `userns why`. */
export interface WhyAnswer extends Judgement {
  readonly possible: readonly Possibility[];
  /** The line that was looked at, and what it is. */
  readonly message: { readonly name: string; readonly writer: string; readonly line: string; readonly source: string };
  /** The tool that fixes are written for; null where none is known. */
  readonly tool: ToolName | null;
}

/**
 * What was asked, which rule refused it, which id and which line, and what helps.
 *
 * Nothing is guessed: what the line and the context do not tell stands in `missing`, with the command that tells it, and
 * without a cause that is known `cause` is null. Every map that a fix writes was written in the model first.
 *
 * @param text  an error line, or a log with one
 * @returns  null where no line of it is known
 * @example  recogniseMessage("tar: a: Cannot change ownership to uid 5, gid 7: Invalid argument")?.clue.asks // "own"
 */
export function why(text: string, context: WhyContext, engine: Engine): WhyAnswer | null {
  const found = recogniseMessage(text);
  if (!found) return null;
  const { message, line } = found;
  // The line itself names its tool best; then whatever stands around it.
  const tool = toolOf(context.tool, line, toolOf(null, text, message.tool).name);
  const judgement = judge(found, text, tool, context, engine);
  const { name, writer, source } = message;
  return { message: { name, writer, line, source }, tool: tool.name, possible: [], ...judgement };
}

function judge(
  { clue }: RecognisedMessage,
  text: string,
  tool: KnownTool,
  context: WhyContext,
  engine: Engine,
): Judgement {
  switch (clue.asks) {
    case "own":
      return judgeOwn(clue, tool, context, engine);
    case "take":
      return judgeTake(clue, tool, context, engine);
    case "range":
      return judgeRange(clue, text, tool, context, engine);
    case "map":
      return judgeMap(clue, text, tool, context, engine);
    case "target":
      return judgeTarget(clue, engine);
    case "grant":
      return judgeGrant(clue, tool, context, engine);
    case "namespace":
      return judgeNamespace(clue, context, engine);
    case "idmap":
      return judgeIdmap(clue, tool, context, engine);
    case "helper":
      return judgeHelper(clue);
    case "shown":
      return judgeShown(clue, tool, context, engine);
  }
}
