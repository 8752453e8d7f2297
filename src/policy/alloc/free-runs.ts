import { type IdSet, idSet, overlapOf, type Range, sortedByFirst, subtract } from "../../core/index.ts";
import type { RunChange } from "./decision.ts";

/** Free runs of a pool, as far as they are known, while a decision takes from them and gives back. */
export interface FreeRuns {
  /** Ids from the smallest run that has as many, the lowest of equals; null when none has. */
  take(count: number): Range | null;
  /** The largest run that there is, or the beginning of it; null when nothing is left. */
  takeLargest(most: number): Range | null;
  give(ranges: readonly Range[]): void;
  /** What has to be written. */
  change(pool: string): RunChange | null;
}

/** @param known  runs that do not adjoin; of a store's, all those that the decision could come to */
export function freeRuns(known: readonly Range[]): FreeRuns {
  const before = uniqueRuns(known);
  let runs: Range[] = [...before];
  const cutFront = (run: Range, count: number): Range => {
    runs = runs.filter((other) => other !== run);
    if (run.count > count) runs.push({ first: run.first + count, count: run.count - count });
    return { first: run.first, count };
  };
  const best = (better: (a: Range, b: Range) => boolean, least: number): Range | null =>
    runs.reduce<Range | null>((found, run) => {
      if (run.count < least) return found;
      return found === null || better(run, found) ? run : found;
    }, null);
  return {
    take(count) {
      const run = best((a, b) => a.count < b.count || (a.count === b.count && a.first < b.first), count);
      return run && cutFront(run, count);
    },
    takeLargest(most) {
      const run = best((a, b) => a.count > b.count || (a.count === b.count && a.first < b.first), 1);
      return run && cutFront(run, Math.min(run.count, most));
    },
    give(ranges) {
      runs = [...idSet([...runs, ...ranges])];
    },
    change(pool) {
      const remove = before.filter((run) => !has(runs, run));
      const add = sortedByFirst(runs.filter((run) => !has(before, run)));
      return remove.length + add.length === 0 ? null : { pool, remove, add };
    },
  };
}

function has(runs: readonly Range[], { first, count }: Range): boolean {
  return runs.some((run) => run.first === first && run.count === count);
}

function uniqueRuns(runs: readonly Range[]): readonly Range[] {
  return sortedByFirst(runs).filter(({ first }, at, all) => all[at - 1]?.first !== first);
}

/** Free runs after a change of them. */
export function changedRuns(runs: IdSet, { remove, add }: Pick<RunChange, "remove" | "add">): IdSet {
  return idSet([...(remove === "all" ? [] : subtract(runs, idSet(remove))), ...add]);
}

/** The runs that hold, share or adjoin one of these ranges: those that giving them back would change. */
export function runsBeside(runs: readonly Range[], ranges: readonly Range[]): readonly Range[] {
  return runs.filter((run) =>
    ranges.some(
      (range) =>
        overlapOf(run, range) !== null ||
        run.first + run.count === range.first ||
        range.first + range.count === run.first,
    ),
  );
}
