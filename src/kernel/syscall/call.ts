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

/** Calls that belong together, as one table. */
export type CallTable = readonly Call[];
