import type { Capability, Profile } from "../kernel/index.ts";
import type { Values } from "../kernel/syscall/index.ts";

/** The version of the format that this library reads. */
export const SCENARIO_VERSION = 1;

/** A world to set up, the calls to make in it, and what they should answer. What the JSON and YAML files hold. */
export interface Scenario {
  readonly version: typeof SCENARIO_VERSION;
  /** Which kernel answers; Linux as it is where a scenario names none. */
  readonly profile: Profile;
  readonly title?: string;
  /** Names for ids, to be used wherever an id is asked for. */
  readonly names: { readonly [name: string]: number };
  /** Capabilities that root of the machine does not have. */
  readonly lacks: readonly Capability[];
  readonly setup: Setup;
  readonly steps: readonly ScenarioStep[];
  /** What the setup gives to programs of user space, as it was read; left out where there are none. */
  readonly userSpace?: Values;
}

/** What there is before the first step, in this order; each list in the order written. Read item by item at set-up. */
export type Setup = { readonly [Part in SetupPart]?: readonly unknown[] };

export const SETUP_PARTS = ["namespaces", "filesystems", "files", "mounts", "sockets", "tasks"] as const;
export type SetupPart = (typeof SETUP_PARTS)[number];

/** Stands for the task of a step that runs a program of user space: who runs it is said in the setup. */
export const BY_USER_SPACE = "user space:";

export interface ScenarioStep {
  /** The name of the task that makes the call; {@link BY_USER_SPACE} where a program is run. */
  readonly task: string;
  readonly call: string;
  /** The call's arguments. */
  readonly args: Values;
  /** `{ok: true, …}` or `{errno, at?}`; null where nothing is expected. */
  readonly observed: Values | null;
  /** The step's JSON path in the file that it came from. */
  readonly where: string;
}
