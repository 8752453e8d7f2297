import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { UsernsError } from "../core/index.ts";
import { type JobQueue, openQueue, type TakenJob } from "../store/index.ts";
import { addExamples } from "./help-examples.ts";
import { readLayerJob } from "./layer-job.ts";
import { badOutcome, type JobOutcome, outcomeOf } from "./layer-outcome.ts";
import { LayerPool, readThreads, THREADS } from "./layer-pool.ts";
import { outcomeWords } from "./outcome-words.ts";
import { QUEUE } from "./queue-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk, withoutControls } from "./terminal.ts";

/** The `--json` of `userns worker`, when it ends: how many layers it had, by what came of them. */
export interface WorkerAnswer {
  readonly queue: string;
  readonly threads: number;
  readonly shifted: number;
  /** Done before, by another. */
  readonly there: number;
  readonly refused: number;
  readonly bad: number;
}

interface WorkerOptions {
  readonly queue: string;
  readonly threads?: string;
  readonly untilEmpty?: true;
  readonly json?: true;
}

/** How often an idle worker looks for work, and a busy one tells that it is there where that is due. */
const LOOK_MS = 500;
/** A worker tells that it has a job so many times in the time after which it would lose it. */
const TOLD_TIMES = 4;
/** What lets a worker finish what it began; a second one ends it. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export function addWorkerCommand(program: Command, session: Session): void {
  const worker = program
    .command("worker")
    .summary("shift layers that image shift --all put on a queue")
    .description(
      "Take layers from a queue and shift them, until a signal ends it: what is begun is\n" +
        "finished then; a second signal ends it at once. It reads and writes the files that\n" +
        "the jobs name, at the paths that they name: run it on machines that share them, and\n" +
        "let only whom you trust write to the database.",
    )
    .requiredOption(QUEUE.flags, QUEUE.place)
    .option(THREADS.flags, THREADS.help)
    .option("--until-empty", "end when no layer waits or is being shifted")
    .option("--json", "answer as JSON")
    .action(async (options: WorkerOptions) => {
      session.exit = await runWorker(options, session.terminal);
    });
  addExamples(worker, [
    "worker --queue postgres://ids@db.example.org/jobs",
    "worker --queue postgres://host/jobs --threads 2 --until-empty --json",
  ]);
}

async function runWorker(options: WorkerOptions, terminal: Terminal): Promise<Exit> {
  const pool = new LayerPool(readThreads(options.threads));
  const queue = await openQueue(options.queue);
  const worker = new LayerWorker(queue, pool, (line) => talk(terminal, line));
  const hearNoMore = (): void => {
    for (const signal of SIGNALS) process.off(signal, stop);
  };
  // Whichever is the second one, nobody hears it: the system ends the process.
  const stop = (): void => {
    hearNoMore();
    worker.stop();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    await worker.run(options.untilEmpty === true);
  } finally {
    hearNoMore();
    await pool.close();
    await queue.close();
  }
  const { shifted, there, refused, bad } = worker.counts;
  const result: WorkerAnswer = { queue: queue.name, threads: pool.size, shifted, there, refused, bad };
  if (options.json) await answerJson(terminal, result);
  else await answer(terminal, `${shifted} shifted, ${there} there before, ${refused} refused, ${bad} bad\n`);
  return EXIT.yes;
}

interface Running {
  readonly silenceMs: number;
  toldAt: number;
}

/** Takes jobs as long as it has threads for them. */
class LayerWorker {
  readonly counts = { shifted: 0, there: 0, refused: 0, bad: 0 };
  readonly #name = `${hostname()}:${process.pid}`;
  readonly #queue: JobQueue;
  readonly #pool: LayerPool;
  readonly #say: (line: string) => void;
  readonly #running = new Map<string, Running>();
  readonly #failures: unknown[] = [];
  #wake: () => void = () => {};
  #isStopping = false;

  constructor(queue: JobQueue, pool: LayerPool, say: (line: string) => void) {
    this.#queue = queue;
    this.#pool = pool;
    this.#say = say;
  }

  /** Take no more, and end with what is begun. */
  stop(): void {
    this.#isStopping = true;
    this.#wake();
  }

  async run(isUntilEmpty: boolean): Promise<void> {
    const telling = setInterval(() => this.#tell().catch((error: unknown) => this.#fail(error)), LOOK_MS);
    try {
      while (this.#failures.length === 0 && (!this.#isStopping || this.#running.size > 0)) {
        const free = this.#isStopping ? 0 : this.#pool.size - this.#running.size;
        const jobs = free > 0 ? await this.#queue.take(free) : [];
        for (const job of jobs) this.#begin(job);
        if (jobs.length < free || free === 0) {
          if (isUntilEmpty && this.#running.size === 0 && (await this.#queue.unfinished()) === 0) return;
          await this.#pause();
        }
      }
    } finally {
      clearInterval(telling);
    }
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Until a job ends, or it is time to look again. */
  async #pause(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const timer = new AbortController();
    await Promise.race([ended, setTimeout(LOOK_MS, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }

  #begin(job: TakenJob): void {
    this.#running.set(job.id, { silenceMs: job.silenceMs, toldAt: Date.now() });
    this.#do(job)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#running.delete(job.id);
        this.#wake();
      });
  }

  #fail(error: unknown): void {
    this.#failures.push(error);
    this.#wake();
  }

  async #do(job: TakenJob): Promise<void> {
    const at = `${this.#queue.name}, job ${job.id}`;
    const outcome = await this.#outcome(job, at);
    // Another machine may have the file, or room for it.
    if (outcome.outcome === "bad" && outcome.code === "ERR_FILE") await this.#queue.fail(job.id, outcome);
    else await this.#queue.answer(job.id, outcome);
    this.counts[outcome.outcome]++;
  }

  async #outcome({ data, attempt }: TakenJob, at: string): Promise<JobOutcome> {
    try {
      const job = readLayerJob(data, at);
      const outcome = outcomeOf(await this.#pool.shift(job), this.#name);
      this.#say(
        `${withoutControls(job.layer.where)}: ${outcomeWords(outcome)}${attempt > 1 ? `, attempt ${attempt}` : ""}`,
      );
      return outcome;
    } catch (error) {
      if (!(error instanceof UsernsError)) throw error;
      this.#say(withoutControls(error.message));
      return badOutcome(error, this.#name);
    }
  }

  async #tell(): Promise<void> {
    const now = Date.now();
    const due = [...this.#running].filter(([, { silenceMs, toldAt }]) => now - toldAt >= silenceMs / TOLD_TIMES);
    if (due.length === 0) return;
    for (const [, running] of due) running.toldAt = now;
    await this.#queue.keep(due.map(([id]) => id));
  }
}
