import { formatTriples } from "../formats/index.ts";
import type { FittingMaps, IdTally } from "../shift/index.ts";
import { shortTable } from "./owner-table.ts";
import type { Terminal } from "./terminal.ts";

/** The ids of a layer that a map does not hold: part of the `--json` of `layer lint`, and of a `shift` that refused. */
export interface UnmappedAnswer {
  readonly unmapped: readonly IdTally[];
  /** Times that further such ids were met, beyond the number that is kept. */
  readonly unlisted: number;
  /** The smallest maps that hold them too, as triples; null where no map can, or where not all are listed. */
  readonly fit: { readonly map: string | null; readonly gidMap: string | null };
}

export function unmappedAnswer(unmapped: readonly IdTally[], unlisted: number, fit: FittingMaps): UnmappedAnswer {
  return {
    unmapped,
    unlisted,
    fit: { map: fit.uids && formatTriples(fit.uids), gidMap: fit.gids && formatTriples(fit.gids) },
  };
}

/** What does not fit, and what would. */
export function unmappedLines({ unmapped, unlisted, fit }: UnmappedAnswer, terminal: Terminal): string[] {
  return [...shortTable(unmapped, unlisted, terminal), ...fitLines(fit, unlisted)];
}

/** The smallest maps that hold the rest too. @param unlisted  times that ids were met which are not listed */
export function fitLines(fit: UnmappedAnswer["fit"], unlisted = 0): string[] {
  if (unlisted > 0) return ["the smallest map that holds them is not known: there are more ids than are kept"];
  if (fit.map === null && fit.gidMap === null) return ["no map of this shape can hold them all"];
  const options =
    fit.map === fit.gidMap
      ? [["--map", fit.map]]
      : [
          ["--map", fit.map],
          ["--gid-map", fit.gidMap],
        ];
  const words = options.map(([option, map]) => `${option} ${map ?? "(none can)"}`);
  return ["the smallest map that holds them:", `  ${words.join(" ")}`];
}
