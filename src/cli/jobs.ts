import type { Command } from "commander";
import { type JobState, type KeptJob, openQueue } from "../store/index.ts";
import { showTime } from "./duration.ts";
import { addExamples } from "./help-examples.ts";
import { countOf } from "./image-layers.ts";
import { readLayerJob } from "./layer-job.ts";
import { type JobOutcome, readOutcome } from "./layer-outcome.ts";
import { outcomeWords } from "./outcome-words.ts";
import { QUEUE } from "./queue-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, withoutControls } from "./terminal.ts";

/** The `--json` of `userns jobs`. */
export interface JobsAnswer {
  readonly queue: string;
  /** In the order in which they were added; those that ended more than twelve hours ago are gone. */
  readonly layers: readonly QueuedLayer[];
}

/** A layer on the queue. */
export interface QueuedLayer {
  readonly layer: string;
  /** Where it goes. */
  readonly folder: string;
  readonly state: JobState;
  /** How often a worker took it. */
  readonly attempts: number;
  readonly added: string;
  /** When its worker last told that it has it. */
  readonly heard: string | null;
  readonly ended: string | null;
  /** What came of it; null where nothing has, or where its workers fell silent. */
  readonly outcome: JobOutcome | null;
}

export function addJobsCommand(program: Command, session: Session): void {
  const jobs = program
    .command("jobs")
    .summary("how far the layers on a queue have come")
    .description(
      "Say how far the layers on a queue have come, and what is wrong with which.\nExit 1 when one was refused or given up.",
    )
    .requiredOption(QUEUE.flags, QUEUE.place)
    .option("--json", "answer as JSON")
    .action(async (options: { readonly queue: string; readonly json?: true }) => {
      session.exit = await runJobs(options, session.terminal);
    });
  addExamples(jobs, ["jobs --queue postgres://ids@db.example.org/jobs", "jobs --queue postgres://host/jobs --json"]);
}

async function runJobs(options: { readonly queue: string; readonly json?: true }, terminal: Terminal): Promise<Exit> {
  const queue = await openQueue(options.queue);
  try {
    const layers = (await queue.jobs("all")).map((job) => queuedLayer(job, queue.name));
    if (options.json) await answerJson(terminal, { queue: queue.name, layers } satisfies JobsAnswer);
    else for (const line of jobLines(layers, terminal)) await answer(terminal, `${line}\n`);
    return layers.some(isTrouble) ? EXIT.no : EXIT.yes;
  } finally {
    await queue.close();
  }
}

function queuedLayer(job: KeptJob, queue: string): QueuedLayer {
  const at = `${queue}, job ${job.id}`;
  const { layer, folder } = readLayerJob(job.data, at);
  // pg-boss has words of its own for a job whose worker was silent.
  const isOurs = job.output !== null && "outcome" in job.output;
  return {
    layer: layer.where,
    folder,
    state: job.state,
    attempts: job.attempt,
    added: showTime(job.addedAt),
    heard: job.heardAt === null ? null : showTime(job.heardAt),
    ended: job.endedAt === null ? null : showTime(job.endedAt),
    outcome: isOurs && job.output !== null ? readOutcome(job.output, at) : null,
  };
}

/** Is it given up, or no layer that anybody could shift? */
function isTrouble({ state, outcome }: QueuedLayer): boolean {
  return state === "failed" || outcome?.outcome === "refused" || outcome?.outcome === "bad";
}

function jobLines(layers: readonly QueuedLayer[], terminal: Terminal): string[] {
  if (layers.length === 0) return ["no layers"];
  return [...new Set(layers.map(({ folder }) => folder))].flatMap((folder) => {
    const all = layers.filter((one) => one.folder === folder);
    const head = `${withoutControls(folder)}: ${countOf(all.length, "layer", "layers")}, ${stateWords(all)}`;
    const named = all.filter((one) => one.state === "running" || isTrouble(one));
    return [terminal.colors.bold(head), ...named.map((one) => `  ${withoutControls(layerWords(one))}`)];
  });
}

const STATES: readonly JobState[] = ["done", "running", "waiting", "failed"];

function stateWords(layers: readonly QueuedLayer[]): string {
  const counts = STATES.map((state) => [state, layers.filter((one) => one.state === state).length] as const);
  return counts.flatMap(([state, count]) => (count > 0 ? `${count} ${state}` : [])).join(", ");
}

function layerWords({ layer, state, attempts, heard, outcome }: QueuedLayer): string {
  if (state === "running") return `running  ${layer}: attempt ${attempts}, heard of at ${heard}`;
  if (outcome === null) return `failed   ${layer}: given up, ${attempts} workers fell silent over it`;
  return `${state.padEnd(7)}  ${layer}: ${outcomeWords(outcome)}`;
}
