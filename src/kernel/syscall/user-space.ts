import type { Allowed } from "../verdict.ts";
import type { World } from "../world.ts";
import type { Arguments } from "./argument.ts";
import type { Values } from "./call.ts";

/** A program that a step may run: it always ends, and its answer is what a shell sees of it. */
export interface UserProgram {
  readonly name: string;
  /**
   * @param step   the step's keys, without the one that names the program
   * @param where  the step's JSON path, for errors
   * @returns      `{exit, stdout, stderr}`, and the rule that decided where one did
   */
  readonly run: (world: World, step: Values, where: string) => Allowed<Values>;
}

/**
 * Programs of user space beside the kernel's calls, and the files they read. Handed in by whoever puts the layers
 * together, since what they decide is policy and neither the kernel's nor a scenario's.
 */
export interface UserSpace {
  /** The keys of a setup that belong to it. */
  readonly setupKeys: readonly string[];
  readonly programNames: readonly string[];
  /** What its keys of a setup and its programs take, for whoever publishes it. */
  readonly shape?: {
    readonly setup: Arguments;
    readonly programs: { readonly [name: string]: Arguments };
  };
  /** Has it programs that need nothing of a setup? */
  readonly startsBare?: boolean;
  /** The programs of one world, with the files that its setup gives. @param where  the JSON path of the setup */
  readonly start: (world: World, setup: Values, where: string) => readonly UserProgram[];
}
