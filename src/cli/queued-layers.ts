import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { UsernsError } from "../core/index.ts";
import type { FinishedLayer, LayerOutcome } from "../image/index.ts";
import { type JobQueue, type KeptJob, MOST_ATTEMPTS } from "../store/index.ts";
import type { BlobFolder } from "./blob-folder.ts";
import type { LayerJob } from "./layer-job.ts";
import { readOutcome } from "./layer-outcome.ts";

const LOOK_MS = 250;

interface Asked {
  readonly job: LayerJob;
  isAdded: boolean;
  readonly tell: ((outcome: LayerOutcome) => void)[];
  readonly fail: ((error: unknown) => void)[];
}

/**
 * Layers that workers shift, wherever they are: put on a queue, and looked for until each has an outcome. The same layer
 * is one job, whoever asks; one that is in the folder is no job at all.
 */
export class QueuedLayers {
  readonly #queue: JobQueue;
  readonly #blobs: BlobFolder;
  readonly #silenceMs: number;
  readonly #asked = new Map<string, Asked>();
  #isLooking = false;

  constructor(queue: JobQueue, blobs: BlobFolder, silenceMs: number) {
    this.#queue = queue;
    this.#blobs = blobs;
    this.#silenceMs = silenceMs;
  }

  /** @throws UsernsError what the worker says is wrong with the layer; ERR_STORE_LOST */
  shift(job: LayerJob): Promise<LayerOutcome> {
    return new Promise((tell, fail) => {
      const id = idOf(job);
      const asked = this.#asked.get(id) ?? { job, isAdded: false, tell: [], fail: [] };
      asked.tell.push(tell);
      asked.fail.push(fail);
      this.#asked.set(id, asked);
      if (!this.#isLooking) this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    try {
      while (this.#asked.size > 0) {
        // Whoever asks for one layer asks for others in the same breath.
        await setTimeout(0);
        await this.#add();
        await this.#collect();
        if (this.#asked.size > 0) await setTimeout(LOOK_MS);
      }
    } catch (error) {
      for (const { fail } of this.#asked.values()) for (const one of fail) one(error);
      this.#asked.clear();
    }
    this.#isLooking = false;
  }

  async #add(): Promise<void> {
    const fresh = [...this.#asked].filter(([, { isAdded }]) => !isAdded);
    const wanted = [];
    for (const [id, asked] of fresh) {
      const before = await this.#blobs.finished(asked.job.key);
      if (before) this.#end(id, asked, before);
      else wanted.push({ id, data: asked.job });
      asked.isAdded = true;
    }
    if (wanted.length > 0) await this.#queue.add(wanted, this.#silenceMs);
  }

  async #collect(): Promise<void> {
    if (this.#asked.size === 0) return;
    const jobs = new Map((await this.#queue.jobs([...this.#asked.keys()])).map((job) => [job.id, job]));
    for (const [id, asked] of this.#asked) {
      const job = jobs.get(id);
      if (!asked.isAdded || job?.state === "waiting" || job?.state === "running") continue;
      try {
        this.#end(id, asked, await this.#outcome(asked, job));
      } catch (error) {
        this.#asked.delete(id);
        for (const fail of asked.fail) fail(error);
      }
    }
  }

  async #outcome({ job: { key, layer } }: Asked, job: KeptJob | undefined): Promise<FinishedLayer | LayerOutcome> {
    if (job?.state !== "done" || job.output === null) throw givenUp(layer.where, job, this.#queue.name);
    const outcome = readOutcome(job.output, `${this.#queue.name}, job ${job.id}`);
    if (outcome.outcome === "bad") throw new UsernsError(outcome.code, outcome);
    if (outcome.outcome === "refused")
      return { isShifted: false, unmapped: outcome.unmapped, unlisted: outcome.unlisted };
    const finished = await this.#blobs.finished(key);
    if (finished) return finished;
    throw new UsernsError("ERR_FILE", {
      where: layer.where,
      expected: `the layer that ${outcome.by} made, in ${this.#blobs.folder}`,
      got: "none, or other bytes",
      fix: "give workers the same folder, at the same path",
    });
  }

  #end(id: string, { tell }: Asked, found: FinishedLayer | LayerOutcome): void {
    this.#asked.delete(id);
    const outcome = "isShifted" in found ? found : { isShifted: true as const, finished: found };
    for (const one of tell) one(outcome);
  }
}

/** The same work has the same number, so that it is on the queue once. */
function idOf({ key, folder }: LayerJob): string {
  const hex = createHash("sha256").update(`${key} ${folder}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

function givenUp(where: string, job: KeptJob | undefined, queue: string): UsernsError {
  if (job?.output && job.output.outcome === "bad") {
    const bad = readOutcome(job.output, `${queue}, job ${job.id}`);
    if (bad.outcome === "bad") return new UsernsError(bad.code, bad);
  }
  const got = job ? `a job that was given up after ${job.attempt} of ${MOST_ATTEMPTS} attempts` : "a job that is gone";
  return new UsernsError("ERR_STORE_LOST", {
    where,
    expected: "a worker that shifts it",
    got,
    fix: "look at the workers, and run it again: what is done is kept",
  });
}
