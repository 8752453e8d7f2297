import type { FileTime } from "../manifest/index.ts";
import { usageFault } from "./fault.ts";
import type { TimeRule } from "./tree-read.ts";

export const MTIME_HELP =
  "keep: times of the files in whole seconds; or the one time for all, in seconds (default: as kept, but none later than SOURCE_DATE_EPOCH where that is set)";

const EPOCH = "SOURCE_DATE_EPOCH";

/**
 * The time that is written of each file.
 *
 * @param given  of the option
 * @param env    the environment
 * @throws UsernsError ERR_USAGE
 * @source reproducible-builds.org, SOURCE_DATE_EPOCH: times later than it are lowered to it
 */
export function timeRule(given: string | undefined, env: NodeJS.ProcessEnv): TimeRule {
  if (given !== undefined && given !== "keep") {
    const seconds = secondsIn(given, "--mtime");
    const time = { seconds, nanoseconds: 0 };
    return () => time;
  }
  const latest = given === undefined && env[EPOCH] ? secondsIn(env[EPOCH], EPOCH) : Number.POSITIVE_INFINITY;
  // Most files of a tree were made in few seconds.
  const times = new Map<number, FileTime>();
  return (mtime) => {
    const seconds = Math.min(mtime.seconds, latest);
    const time = times.get(seconds) ?? { seconds, nanoseconds: 0 };
    times.set(seconds, time);
    return time;
  };
}

function secondsIn(text: string, where: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw usageFault(where, "a number of seconds since 1970", JSON.stringify(text));
}
