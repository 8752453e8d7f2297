/**
 * What the mutated source asks wherever it is broken. All mutants are in one bundle; at most one of them is on.
 *
 * A mutant that is off, or whose break comes to the same as the source at that moment, changes nothing. So one run with
 * all of them off tells which could change anything: no other need be tried on the same calls.
 */
let broken: number | null = null;
let differing = new Set<number>();
let steps = 0;

/** Far beyond what any recorded vector takes: a loop that a break made endless. */
const MAX_STEPS = 200_000_000;

function step(): void {
  if (++steps > MAX_STEPS) throw new Error("it does not end");
}

/** Is it this mutant that is on, here where it makes a difference? */
export function $isBroken(id: number): boolean {
  step();
  if (broken === null) differing.add(id);
  return id === broken;
}

/** A value, or another. */
export function $value<T>(id: number, was: T, other: T): T {
  step();
  return !Object.is(was, other) && $isBroken(id) ? other : was;
}

/** A condition, or what it always is. */
export function $condition<T>(id: number, was: T, always: boolean): T | boolean {
  step();
  return Boolean(was) !== always && $isBroken(id) ? always : was;
}

/** What stands before `??`, or nothing. */
export function $orNothing<T>(id: number, was: T): T | undefined {
  step();
  return was !== null && was !== undefined && $isBroken(id) ? undefined : was;
}

/** Run with one mutant on. @throws when it does not end */
export function runBroken<T>(id: number, run: () => T): T {
  [broken, steps] = [id, 0];
  try {
    return run();
  } finally {
    broken = null;
  }
}

/** Run with all mutants off. @returns what came, and the mutants that would have changed something on the way */
export function runWhole<T>(run: () => T): { readonly came: T; readonly differing: ReadonlySet<number> } {
  [broken, steps, differing] = [null, 0, new Set()];
  return { came: run(), differing };
}
