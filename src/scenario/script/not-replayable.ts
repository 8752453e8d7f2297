/** Verbs whose answer no model of id rules can give, and why. */
const NOT_REPLAYABLE: readonly { readonly verbs: readonly string[]; readonly reason: string }[] = [
  { verbs: ["uid", "after"], reason: "prose about a kernel panic" },
];

/** Why a verb is not replayed; null: it is. */
export function whyNotReplayable(verb: string): string | null {
  return NOT_REPLAYABLE.find(({ verbs }) => verbs.includes(verb))?.reason ?? null;
}
