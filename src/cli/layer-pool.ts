import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { UsernsError } from "../core/index.ts";
import type { LayerOutcome } from "../image/index.ts";
import { readCount } from "./count-option.ts";
import type { LayerJob } from "./layer-job.ts";
import type { PlainFault } from "./layer-outcome.ts";

/** What a thread says of a job: what came of it, or what is wrong with its input. */
export type ThreadAnswer = { readonly outcome: LayerOutcome } | { readonly fault: PlainFault };

const IS_SOURCE = import.meta.url.endsWith(".ts");
const THREAD = new URL(`./layer-thread.${IS_SOURCE ? "ts" : "js"}`, import.meta.url);

/** Sources are run by tsx, which takes no part in the threads of a program unless each is told to load it. */
function threadArguments(): string[] {
  if (!IS_SOURCE) return [];
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  return ["--import", `data:text/javascript,import { register } from ${loader}; register();`];
}

/** The option of commands that use threads, and its help. */
export const THREADS = { flags: "--threads <count>", help: "layers at once; without it one a processor" } as const;

export function readThreads(text: string | undefined): number {
  return text === undefined ? availableParallelism() : readCount(text, "--threads");
}

/** Threads of this process that shift layers, each one at a time. They are started as they are needed. */
export class LayerPool {
  readonly size: number;
  readonly #idle: Worker[] = [];
  readonly #waiting: ((thread: Worker) => void)[] = [];
  readonly #threads: Worker[] = [];

  constructor(size: number) {
    this.size = size;
  }

  /** @throws UsernsError as {@link doLayerJob} does */
  async shift(job: LayerJob): Promise<LayerOutcome> {
    const thread = await this.#take();
    const answer = await askThread(thread, job);
    this.#release(thread);
    if ("outcome" in answer) return answer.outcome;
    throw new UsernsError(answer.fault.code, answer.fault);
  }

  #take(): Worker | Promise<Worker> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#threads.length >= this.size) return new Promise((resolve) => this.#waiting.push(resolve));
    const thread = new Worker(THREAD, { execArgv: threadArguments() });
    this.#threads.push(thread);
    return thread;
  }

  #release(thread: Worker): void {
    const next = this.#waiting.shift();
    if (next) next(thread);
    else this.#idle.push(thread);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

function askThread(thread: Worker, job: LayerJob): Promise<ThreadAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      thread.off("message", onAnswer);
      thread.off("error", onBug);
    };
    const onAnswer = (answer: ThreadAnswer): void => {
      settle();
      resolve(answer);
    };
    const onBug = (error: Error): void => {
      settle();
      reject(error);
    };
    thread.on("message", onAnswer);
    thread.on("error", onBug);
    thread.postMessage(job);
  });
}
