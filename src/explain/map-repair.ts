import type { Engine } from "../core/index.ts";
import type { Capability, OwnerKind } from "../kernel/index.ts";
import { askMaps } from "./map-asked.ts";
import { compareCosts, type Draft, type DraftLine, draftOf, linesOfText, questionOf } from "./map-draft.ts";
import { EDITS } from "./map-edits.ts";
import { type MapQuestion, type WritePlace, type WrittenFile, writtenKinds } from "./map-question.ts";

/** One thing to do differently. */
export type MapChange =
  /** A line of a map becomes these lines; none: it is left out. */
  | { readonly what: "line"; readonly kind: OwnerKind; readonly line: number; readonly to: readonly string[] }
  | { readonly what: "setgroups"; readonly to: "deny" }
  /** Capabilities over the parent that the writer needs besides those it has. */
  | { readonly what: "caps"; readonly add: readonly Capability[] }
  | { readonly what: "from"; readonly to: WritePlace };

/** A changed question to which the answer is yes: the model was asked. */
export interface MapProposal {
  readonly changes: readonly MapChange[];
  readonly question: MapQuestion;
  /** How many ids fewer are mapped than were asked for. */
  readonly lostIds: number;
}

/** The smallest changes that Linux would take, best first; none: and why. */
export interface MapRepair {
  readonly proposals: readonly MapProposal[];
  /** Why there is no proposal; null where there is one, or nothing to repair. */
  readonly why: string | null;
}

/** The map that is changed where a file is refused; null for an fs map, which stays as it was asked for. */
const KIND_CHANGED: { readonly [F in WrittenFile]: OwnerKind | null } = {
  fsuid_map: null,
  fsgid_map: null,
  setgroups: "gid",
  uid_map: "uid",
  gid_map: "gid",
};

/** How many changed questions the model is asked before the search gives up. */
const MOST_TRIES = 400;

/**
 * Search for the smallest change to a refused question that Linux takes.
 *
 * Every candidate is written in the model; only what it accepts is proposed. Smallest is: fewest ids lost, then fewest
 * capabilities more, then fewest places edited. Where that asks for a capability, the smallest change that asks for
 * none comes second.
 *
 * @param mostTries  how many changed questions to ask at most
 * @returns  no proposal for a question that is accepted as it stands
 * @throws UsernsError as {@link askMaps}
 */
export function repairMaps(question: MapQuestion, engine: Engine, mostTries: number = MOST_TRIES): MapRepair {
  const best = search(question, engine, mostTries, true);
  if (best.draft === null) return { proposals: [], why: best.why };
  if (compareCosts(best.draft.cost, draftOf(question).cost) === 0) return { proposals: [], why: null };
  const found = [best.draft];
  if (best.draft.cost.caps > 0) {
    const second = search(question, engine, mostTries, false);
    if (second.draft) found.push(second.draft);
  }
  return { proposals: found.map((draft) => proposal(question, draft)), why: null };
}

type Found = { readonly draft: Draft } | { readonly draft: null; readonly why: string };

/** Cheapest first, each question once. */
function search(question: MapQuestion, engine: Engine, mostTries: number, mayGain: boolean): Found {
  const open: Draft[] = [draftOf(question)];
  const seen = new Set<string>();
  let why = "";
  for (let tries = 0; tries <= mostTries; tries++) {
    const draft = open.shift();
    if (!draft) return { draft: null, why };
    const asked = tries === 0 ? question : questionOf(draft);
    const refusal = askMaps(asked, engine).find(({ refusal }) => refusal !== null)?.refusal ?? null;
    if (refusal === null) return { draft };
    if (tries === 0) why = `no change to the maps or their writer helps against it: ${refusal.rule.sentence}`;
    const kind = KIND_CHANGED[refusal.file];
    if (kind === null) return { draft: null, why: `a change is sought to id maps only: ${refusal.rule.sentence}` };
    for (const next of (EDITS[refusal.rule.name] ?? []).flatMap((edit) => edit(draft, kind, refusal))) {
      if (!mayGain && next.cost.caps > 0) continue;
      const key = JSON.stringify(questionOf(next));
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(next);
    }
    open.sort((a, b) => compareCosts(a.cost, b.cost));
  }
  return { draft: null, why: `none of ${mostTries} changed maps is taken; there is too much to change` };
}

function proposal(from: MapQuestion, draft: Draft): MapProposal {
  const to = questionOf(draft);
  const changes: MapChange[] = writtenKinds(from.texts).flatMap(([kind, text]) =>
    lineChanges(kind, linesOfText(text), draft.lines[kind] ?? []),
  );
  if (to.setgroups !== from.setgroups) changes.push({ what: "setgroups", to: "deny" });
  const add = to.writer.caps.filter((name) => !from.writer.caps.includes(name));
  if (add.length > 0) changes.push({ what: "caps", add });
  if (to.from !== from.from) changes.push({ what: "from", to: to.from });
  return { changes, question: to, lostIds: draft.cost.ids };
}

function lineChanges(kind: OwnerKind, from: readonly DraftLine[], to: readonly DraftLine[]): readonly MapChange[] {
  return from.flatMap(({ origin, text }) => {
    const pieces = to.filter((line) => line.origin === origin).map((line) => line.text);
    const isSame = pieces.length === 1 && pieces[0] === text;
    return isSame ? [] : [{ what: "line" as const, kind, line: origin, to: pieces }];
  });
}
