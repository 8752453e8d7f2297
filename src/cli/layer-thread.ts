/** The thread of a {@link LayerPool}: it is sent jobs, one at a time, and answers each. */
import { parentPort } from "node:worker_threads";
import { UsernsError } from "../core/index.ts";
import { doLayerJob, type LayerJob } from "./layer-job.ts";
import { plainFault } from "./layer-outcome.ts";
import type { ThreadAnswer } from "./layer-pool.ts";

async function answerTo(job: LayerJob): Promise<ThreadAnswer> {
  try {
    return { outcome: await doLayerJob(job) };
  } catch (error) {
    // Only plain values pass between threads; a bug ends this one, and is thrown in the other.
    if (!(error instanceof UsernsError)) throw error;
    return { fault: plainFault(error) };
  }
}

parentPort?.on("message", async (job: LayerJob) => parentPort?.postMessage(await answerTo(job)));
