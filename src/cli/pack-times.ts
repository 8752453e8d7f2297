import { type FileTime, type Manifest, manifestOf } from "../manifest/index.ts";
import { usageFault } from "./fault.ts";

/** Makes the time that is written of the one that a file has. */
export type TimeRule = (mtime: FileTime | null) => FileTime;

export const MTIME_HELP =
  "keep: times of the files in whole seconds; or the one time for all, in seconds (default: as kept, but none later than SOURCE_DATE_EPOCH where that is set)";

const EPOCH = "SOURCE_DATE_EPOCH";

/**
 * @param given  of the option
 * @param env    the environment
 * @throws UsernsError ERR_USAGE
 * @source reproducible-builds.org, SOURCE_DATE_EPOCH: times later than it are lowered to it
 */
export function timeRule(given: string | undefined, env: NodeJS.ProcessEnv): TimeRule {
  if (given !== undefined && given !== "keep") {
    const seconds = secondsIn(given, "--mtime");
    return () => ({ seconds, nanoseconds: 0 });
  }
  const latest = given === undefined && env[EPOCH] ? secondsIn(env[EPOCH], EPOCH) : Number.POSITIVE_INFINITY;
  return (mtime) => ({ seconds: Math.min(mtime?.seconds ?? 0, latest), nanoseconds: 0 });
}

function secondsIn(text: string, where: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw usageFault(where, "a number of seconds since 1970", JSON.stringify(text));
}

/** The manifest with the times that a rule makes. */
export function withTimes(manifest: Manifest, rule: TimeRule, name: string): Manifest {
  return manifestOf(
    manifest.entries.map((entry) => ({ ...entry, mtime: rule(entry.mtime) })),
    name,
  );
}
