/**
 * Sides that do the same work, measured in turns: every round takes one sample of each, so that what the machine does
 * meanwhile falls on all of them alike. Only figures of one such run may be divided by each other.
 */
import type { Spread } from "./row.ts";

/** One way to do the work. */
export interface Side {
  readonly name: string;
  /** Do it `runs` times. @returns nanoseconds for all of them */
  time(runs: number): number | Promise<number>;
  /** Do it once. @returns a checksum of what came out, the same for every side */
  sum(): number | Promise<number>;
  /** Is measured in every round however slow it is; others are dropped once they are clearly not the fastest. */
  readonly kept?: boolean;
}

/** What was measured of one side, nanoseconds a run. */
export interface Timing extends Spread {
  readonly median: number;
}

export interface HarnessOptions {
  readonly rounds: number;
  /** A side whose samples together took longer than this is not sampled again. */
  readonly budgetMs?: number;
  /** Untimed runs before the first sample, for work that V8 compiles late; 6 unless told. */
  readonly warmUpRuns?: number;
}

type Output = Uint32Array | Uint32Array[];

/** The checksum of u32s, begun with that of what went before: order and value of each count. */
function checksum(before: number, ids: Uint32Array): number {
  let sum = before;
  for (const id of ids) sum = Math.imul(sum ^ id, 16_777_619);
  return sum >>> 0;
}

/** A side in this process. @param output  where `run` leaves its result: one array, or several */
export function side(name: string, run: () => void, output: () => Output, kept = false): Side {
  const time = (runs: number): number => {
    const start = process.hrtime.bigint();
    for (let k = 0; k < runs; k++) run();
    return Number(process.hrtime.bigint() - start);
  };
  const sum = (): number => {
    for (const part of [output()].flat()) part.fill(0);
    run();
    return [output()].flat().reduce(checksum, 0);
  };
  return { name, time, sum, kept };
}

/** Slower sides bring their own data into the caches before much of the sample is over. */
const FAST_NS = 4e6;
/** How long a fast side runs untimed before a sample, at least: after less it is up to a third slower (measured). */
const UNTIMED_NS = 1e6;
/** A sample of a fast side is several runs: at least this long. */
const SAMPLE_NS = 400_000;
/** Warming up ends when it has taken so long; what takes a second by itself is not run again for it. */
const WARM_UP_NS = 200e6;
const SLOW_NS = 1e9;
/** Rounds before a slow side is dropped. */
const TRIALS = 3;

interface Progress {
  readonly side: Side;
  readonly samples: number[];
  /** How long one run takes, when warm. */
  readonly runNs: number;
  spentMs: number;
  dropped: boolean;
}

/**
 * Measure sides against each other: groups of them, each of which does one work.
 *
 * Every side first does the work once for its checksum, then warms up untimed until V8 has compiled it. A sample of a
 * fast side is several runs, after some that are not timed: before it, another side's data is in the caches, and the
 * processor may have slept while another process worked.
 *
 * @throws Error when checksums differ within a group: nothing has been timed then
 */
export async function measure(
  groups: readonly (readonly Side[])[],
  options: HarnessOptions,
): Promise<Map<string, Timing>> {
  const all: Progress[] = [];
  for (const group of groups) all.push(...(await prepare(group, options)));
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      const progress = all[(turn + round) % all.length];
      if (progress) await sample(progress, options);
    }
    if (round + 1 >= TRIALS) dropSlow(all);
  }
  return new Map(all.map(({ side, samples }) => [side.name, timingOf(samples)]));
}

async function prepare(group: readonly Side[], { warmUpRuns = 6 }: HarnessOptions): Promise<Progress[]> {
  const all: Progress[] = [];
  let agreed: readonly [name: string, sum: number] | undefined;
  for (const each of group) {
    const start = process.hrtime.bigint();
    const sum = await each.sum();
    const tookNs = Number(process.hrtime.bigint() - start);
    agreed ??= [each.name, sum];
    if (agreed[1] !== sum) throw new Error(`checksums differ: ${agreed.join(" gives ")}, ${each.name} gives ${sum}`);
    const runNs = tookNs > SLOW_NS ? tookNs : 0;
    all.push({ side: each, samples: [], runNs, spentMs: 0, dropped: false });
  }
  for (const [k, progress] of all.entries())
    if (progress.runNs === 0) all[k] = { ...progress, runNs: await warmUp(progress.side, warmUpRuns) };
  return all;
}

/** @returns nanoseconds of the last run */
async function warmUp(each: Side, runs: number): Promise<number> {
  let last = await each.time(1);
  for (let spent = last, k = 0; k < runs && spent < WARM_UP_NS; k++) {
    last = await each.time(1);
    spent += last;
  }
  return last;
}

async function runUntimed(each: Side): Promise<void> {
  for (let spentNs = 0; spentNs < UNTIMED_NS; ) spentNs += await each.time(1);
}

async function sample(progress: Progress, { budgetMs = 1500 }: HarnessOptions): Promise<void> {
  const { side: each, samples, runNs } = progress;
  if (progress.dropped || (samples.length > 0 && progress.spentMs > budgetMs)) return;
  if (runNs < FAST_NS) await runUntimed(each);
  const runs = Math.max(1, Math.min(64, Math.ceil(SAMPLE_NS / runNs)));
  const ns = await each.time(runs);
  samples.push(ns / runs);
  progress.spentMs += ns / 1e6;
}

/** Sides that are 1.5 times slower than the fastest of their sort (the first word of the name) keep what they have. */
function dropSlow(all: readonly Progress[]): void {
  const fastest = new Map<string, number>();
  for (const { side: each, samples } of all) {
    if (each.kept) continue;
    const sort = sortOf(each);
    fastest.set(sort, Math.min(fastest.get(sort) ?? Number.POSITIVE_INFINITY, medianOf(samples)));
  }
  for (const progress of all) {
    const limit = 1.5 * (fastest.get(sortOf(progress.side)) ?? Number.POSITIVE_INFINITY);
    if (!progress.side.kept && medianOf(progress.samples) > limit) progress.dropped = true;
  }
}

function sortOf({ name }: Side): string {
  return name.split(" ", 1)[0] ?? name;
}

export function medianOf(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Median and interquartile range. */
export function timingOf(samples: readonly number[]): Timing {
  return {
    median: medianOf(samples),
    low: quantile(samples, 0.25),
    high: quantile(samples, 0.75),
    samples: samples.length,
  };
}
