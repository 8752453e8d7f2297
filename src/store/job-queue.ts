import { UsernsError } from "../core/index.ts";
import type { Kept } from "../policy/index.ts";

/** Where a job is: nobody has it; a worker has it; it was answered; it was given up. */
export type JobState = "waiting" | "running" | "done" | "failed";

/** A piece of work for whoever takes it. */
export interface NewJob {
  /** A UUID: what is the same work has the same one. */
  readonly id: string;
  /** Whatever JSON can hold. */
  readonly data: object;
}

/** A job that was taken: whoever has it tells so in time, or another takes it over. */
export interface TakenJob {
  readonly id: string;
  readonly data: Kept;
  /** How often it was taken: 1 for the first time. */
  readonly attempt: number;
  /** Who has it and is silent for so long loses it. */
  readonly silenceMs: number;
}

/** A job as it is kept. Times are milliseconds since 1970, by the clock of the database. */
export interface KeptJob extends Omit<TakenJob, "silenceMs"> {
  readonly state: JobState;
  readonly addedAt: number;
  /** When it was last taken, or its worker last told that it has it; null before. */
  readonly heardAt: number | null;
  readonly endedAt: number | null;
  /** What it was answered with; null before. */
  readonly output: Kept | null;
}

/**
 * Jobs that many machines share. A job is answered once; it is taken again when whoever had it is silent for longer than
 * `silenceMs`, and given up when it was taken `MOST_ATTEMPTS` times.
 */
export interface JobQueue {
  /** What messages call it: an address without its password. */
  readonly name: string;
  /** Add jobs. One that waits or runs stays as it is; one that ended is done anew. */
  add(jobs: readonly NewJob[], silenceMs: number): Promise<void>;
  take(most: number): Promise<readonly TakenJob[]>;
  /** Tell that these are still being worked on. */
  keep(ids: readonly string[]): Promise<void>;
  answer(id: string, output: object): Promise<void>;
  /** It could not be done here and now: another attempt is made, unless it was the last one. */
  fail(id: string, output: object): Promise<void>;
  /** How many jobs wait or run. */
  unfinished(): Promise<number>;
  /** These jobs, or all that are kept; in the order in which they were added. */
  jobs(ids: readonly string[] | "all"): Promise<readonly KeptJob[]>;
  close(): Promise<void>;
}

/** How often a job is taken before it is given up. */
export const MOST_ATTEMPTS = 3;

/**
 * Open a queue by its address. What it needs is loaded now.
 *
 * @param place  `postgres://user@host/database`
 * @throws UsernsError ERR_USAGE, ERR_STORE_DRIVER, ERR_STORE_LOST
 */
export async function openQueue(place: string): Promise<JobQueue> {
  if (/^postgres(?:ql)?:\/\//i.test(place)) return (await import("./pg-boss-queue.ts")).pgBossQueue(place);
  throw new UsernsError("ERR_USAGE", {
    where: "--queue",
    expected: "the address of a database, postgres://user@host/database",
    got: place === "" ? "nothing" : "another text",
  });
}
