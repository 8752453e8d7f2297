import type { Engine } from "../core/index.ts";
import { askFile, type FileAnswer } from "./file-answer.ts";
import type { FileEdit, FileEditKind } from "./file-edit.ts";
import { fileEdits } from "./file-edits.ts";
import type { FileQuestion } from "./file-question.ts";

/** Changes after which the answer is yes: the changed question was asked. */
export interface FileFix {
  /** To be made together; seldom more than one. */
  readonly changes: readonly { readonly what: FileEditKind; readonly text: string }[];
  readonly question: FileQuestion;
  readonly answer: FileAnswer;
}

/** How many pairs of changes are tried before the search gives up, and how many fixes of two changes are enough. */
const MOST_PAIRS = 300;
const ENOUGH_PAIRS = 3;

/**
 * Look for what makes a refused question succeed. Every candidate is applied to the question and asked again; only one
 * that the model takes is returned. Two changes at once are tried where no single one does.
 *
 * @returns  none for a question that is answered yes, or that nothing tried turns
 * @throws UsernsError as {@link askFile}
 */
export function repairFile(question: FileQuestion, engine: Engine): readonly FileFix[] {
  if (askFile(question, engine).ok) return [];
  const edits = fileEdits(question);
  const single = edits.flatMap((edit) => tryEdits(question, [edit], engine));
  if (single.length > 0) return single;
  const pairs = edits.flatMap((first, index) => edits.slice(index + 1).map((second) => [first, second]));
  const found: FileFix[] = [];
  for (const pair of pairs.slice(0, MOST_PAIRS)) {
    if (found.length >= ENOUGH_PAIRS) break;
    found.push(...tryEdits(question, pair, engine));
  }
  return found;
}

function tryEdits(question: FileQuestion, edits: readonly FileEdit[], engine: Engine): FileFix[] {
  const changed = edits.reduce((at, { apply }) => apply(at), question);
  const answer = askFile(changed, engine);
  return answer.ok ? [{ changes: edits.map(({ what, text }) => ({ what, text })), question: changed, answer }] : [];
}
