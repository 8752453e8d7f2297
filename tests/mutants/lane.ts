/** A worker that is asked one thing after the other, and ended and begun anew when it does not answer. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Asked, Told } from "./messages.ts";

export class Lane {
  readonly #bundle: string;
  readonly #files: readonly string[];
  #worker: Worker | null = null;

  /** @param files  vector files */
  constructor(bundle: string, files: readonly string[]) {
    this.#bundle = bundle;
    this.#files = files;
  }

  /** @returns null when there was no answer in time: a loop that does not end */
  async ask(asked: Asked, timeMs: number): Promise<Told | null> {
    this.#worker ??= new Worker(this.#bundle, { workerData: this.#files });
    const late = AbortSignal.timeout(timeMs);
    this.#worker.postMessage(asked);
    try {
      const [told] = await once(this.#worker, "message", { signal: late });
      return told;
    } catch (error) {
      if (!late.aborted) throw error;
      await this.end();
      return null;
    }
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
  }
}
