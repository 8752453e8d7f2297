import type { Task } from "../task.ts";
import type { Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import { type Argument, scenarioError } from "./argument.ts";

/** What a call answers besides ok, as JSON. */
export type Values = { readonly [key: string]: unknown };

export const NOTHING: Values = {};

/** The arguments of a call, by key. */
export type Arguments = { readonly [key: string]: Argument<unknown> };

export type ValuesOf<A extends Arguments> = {
  readonly [Key in keyof A]: A[Key] extends Argument<infer T> ? T : never;
};

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

/** Declare a call: its name, its arguments and what it does. */
export function defineCall<A extends Arguments>(
  name: string,
  args: A,
  run: (world: World, task: Task, values: ValuesOf<A>) => Verdict<Values>,
): Call {
  const make = (world: World, task: Task, step: Values, where: string) => {
    const unknown = Object.keys(step).find((key) => !Object.hasOwn(args, key));
    if (unknown !== undefined)
      throw scenarioError(`${where}.${unknown}`, `a key of ${name}: ${Object.keys(args).join(", ") || "none"}`, unknown);
    const values: Record<string, unknown> = {};
    for (const [key, argument] of Object.entries(args)) {
      if (step[key] === undefined && !argument.isOptional) throw scenarioError(where, `${name} with "${key}"`, step);
      values[key] = argument.read(step[key], `${where}.${key}`, world);
    }
    if (!areRead(args, values)) throw new Error(`${name}: arguments lost`);
    return run(world, task, values);
  };
  return { name, args, make };
}

/** Every value was made by the argument of its key, so the record has the arguments' types. */
function areRead<A extends Arguments>(
  args: A,
  values: Record<string, unknown>,
): values is Record<string, unknown> & ValuesOf<A> {
  return Object.keys(args).every((key) => key in values);
}

/** Calls that belong together, as one table. */
export type CallTable = readonly Call[];
