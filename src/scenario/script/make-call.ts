import { UsernsError } from "../../core/index.ts";
import type { World } from "../../kernel/index.ts";
import { type Answer, take } from "../replay.ts";
import { withPids } from "./command.ts";
import { withPid } from "./proc-path.ts";
import type { ScriptStep } from "./script.ts";
import { type NotModelled, notModelled, type ScriptCall } from "./verb.ts";

/** Arguments of calls that are paths. */
const PATHS: readonly string[] = ["path", "to", "target", "source"];

/**
 * Make a call, unless it is beyond the model. The words of the command were read: what the model still does not take is
 * something that Linux answers, and no rule here.
 */
export function makeOrName(world: World, step: ScriptStep, one: ScriptCall): Answer | NotModelled {
  try {
    return make(world, step, one);
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    return notModelled(`beyond the model, which takes ${error.expected} (got ${error.got})`);
  }
}

/** Make a call as an agent: a process is named in it by its letter, and called by its pid. */
export function make(
  world: World,
  { agent, where }: Pick<ScriptStep, "agent" | "where">,
  { call, args }: ScriptCall,
): Answer {
  const pidOf = (name: string) => (world.tasks.get(name) ?? world.reaped.get(name))?.pid;
  const numbered = Object.entries(args).map(([key, value]) =>
    typeof value === "string"
      ? [key, PATHS.includes(key) ? withPid(value, pidOf) : withPids(value, pidOf)]
      : [key, value],
  );
  return take(world, { task: agent, call, args: Object.fromEntries(numbered), observed: null, where });
}
