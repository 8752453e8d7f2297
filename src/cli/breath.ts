import { setImmediate } from "node:timers/promises";

const MOST_MS = 50;

/**
 * For work that waits for nothing: lets others have their turn (what is shown of progress, the handler of a signal) when
 * the last one is a while ago.
 */
export class Breath {
  #last = performance.now();

  isDue(): boolean {
    return performance.now() - this.#last >= MOST_MS;
  }

  async take(): Promise<void> {
    await setImmediate();
    this.#last = performance.now();
  }
}
