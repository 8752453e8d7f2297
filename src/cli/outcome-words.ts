import { countOf } from "./image-layers.ts";
import type { JobOutcome } from "./layer-outcome.ts";

/** What came of a layer, in few words. */
export function outcomeWords(outcome: JobOutcome): string {
  switch (outcome.outcome) {
    case "shifted":
      return `${outcome.headersShifted} of ${outcome.entries} entries shifted`;
    case "there":
      return "was there already";
    case "refused": {
      const [first] = outcome.unmapped;
      const example = first ? `, such as ${first.kind} ${first.id}` : "";
      return `refused: the map does not hold ${countOf(outcome.unmapped.length, "id", "ids")} of it${example}`;
    }
    case "bad":
      return `bad: ${outcome.where}: expected ${outcome.expected} (got ${outcome.got})`;
  }
}
