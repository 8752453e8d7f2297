import type { Task } from "../task.ts";
import { allow, type Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import { type Arguments, objectOf, type ValuesOf } from "./argument.ts";

/** What a call answers besides ok, as JSON. */
export type Values = { readonly [key: string]: unknown };

export const NOTHING: Values = {};

/** The answer of a call that says ok and nothing else. */
export function plain(verdict: Verdict<unknown>): Verdict<Values> {
  return verdict.ok ? allow(NOTHING, verdict.rule) : verdict;
}

/** Kernel ids of an answer, by key: `v` for those that are as a mount shows them. */
export type ToldKids = { readonly [key: string]: "k" | "v" };

/** A call that a step may make. */
export interface Call {
  readonly name: string;
  readonly args: Arguments;
  /**
   * Read the arguments and make the call.
   *
   * @param step   the step's keys, without those that name the task and the call
   * @param where  the step's JSON path, for errors
   * @throws UsernsError ERR_SCENARIO for a key that is missing, unknown, or holds what the argument does not take
   */
  readonly make: (world: World, task: Task, step: Values, where: string) => Verdict<Values>;
  /** Under which keys it tells kernel ids, each as `[id, number of a namespace]`, one or a list; absent: under none. */
  readonly kids?: ToldKids;
}

/**
 * Declare a call: its name, its arguments and what it does.
 *
 * @param run  gets the step's JSON path last, for errors about what its arguments mean together
 */
export function defineCall<A extends Arguments>(
  name: string,
  args: A,
  run: (world: World, task: Task, values: ValuesOf<A>, where: string) => Verdict<Values>,
): Call {
  const values = objectOf(args);
  return { name, args, make: (world, task, step, where) => run(world, task, values.read(step, where, world), where) };
}

/** The same call, of which it is known where it tells kernel ids. */
export function tellingKids(kids: ToldKids, call: Call): Call {
  return { ...call, kids };
}

/** Calls that belong together, as one table. */
export type CallTable = readonly Call[];
