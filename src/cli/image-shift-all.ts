import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { UsernsError } from "../core/index.ts";
import { type Image, type ImageHost, inParallel, type LayerOutcome, readImage, shiftImage } from "../image/index.ts";
import { type JobQueue, openQueue } from "../store/index.ts";
import { makeFolder } from "../store/make-folder.ts";
import { BlobFolder, WRITABLE } from "./blob-folder.ts";
import { readDuration } from "./duration.ts";
import { fileFault, type JsonFault, jsonFault, reportFault, usageFault } from "./fault.ts";
import { imageHost } from "./image-host.ts";
import { openImage } from "./image-input.ts";
import { countOf, layerReading } from "./image-layers.ts";
import { type ImageShiftAnswer, imageShiftAnswer, sayArtifacts, sayRefused } from "./image-shift-answer.ts";
import { ImageStage } from "./image-stage.ts";
import { jobOf, type LayerJob, type LayerJobRules } from "./layer-job.ts";
import { LayerPool, readThreads, THREADS } from "./layer-pool.ts";
import { loadMaps } from "./map-option.ts";
import { type Reading, withProgress } from "./progress.ts";
import { QUEUE } from "./queue-option.ts";
import { QueuedLayers } from "./queued-layers.ts";
import { readUnmapped, type ShiftRuleOptions } from "./shift-rules.ts";
import { answerJson, EXIT, type Exit, type Terminal, talk, withoutControls } from "./terminal.ts";

/** The `--json` of `userns image shift --all`. */
export interface ImageShiftAllAnswer {
  readonly out: string;
  /** What became of each image, or what is wrong with it. Of layers that a queue's workers did there is no report. */
  readonly images: readonly (ImageShiftAnswer | ({ readonly in: string; readonly out: string } & JsonFault))[];
}

/** What goes with `--all`. */
export interface ShiftAllOptions {
  readonly all?: true;
  readonly threads?: string;
  readonly queue?: string;
  readonly silence?: string;
}

/** A worker that is silent for so long has lost its layer to another. */
const SILENCE = { text: "30s", leastMs: 2000 } as const;

/** The folder in the output in which layers are kept under their digests, for all images, runs and workers. */
const LAYERS = ".userns-layers";

export function addShiftAllOptions(command: Command): Command {
  return command
    .option("--all", "several images, into a folder")
    .option(THREADS.flags, `with --all: ${THREADS.help}`)
    .option(QUEUE.flags, `with --all: leave the layers to workers of a queue, ${QUEUE.place}`)
    .option(
      "--silence <time>",
      `a worker that is silent for so long is gone: another takes over (default: ${SILENCE.text})`,
    );
}

type Options = ShiftRuleOptions & ShiftAllOptions & { readonly maxUnpacked?: string; readonly json?: true };

/** An image, and where it goes. */
interface Work {
  readonly from: string;
  readonly to: string;
  readonly kind: "folder" | "tar";
  readonly image: Image;
}

/** Shifts the layers of a job, and says how many of them it is to be given at once. */
interface JobShifter {
  readonly atOnce: number;
  shift(job: LayerJob): Promise<LayerOutcome>;
  close(): Promise<void>;
}

/** `userns image shift --all`: the images, and the folder last. */
export async function runShiftAll(paths: readonly string[], options: Options, terminal: Terminal): Promise<Exit> {
  const out = paths.at(-1) ?? "";
  const unmapped = readUnmapped(options.unmapped);
  const maps = { ...(await loadMaps(options)), reverse: options.reverse === true };
  const { names, capabilities } = options;
  const rules: LayerJobRules = { ...maps, unmapped, names, capabilities };
  const host = imageHost();
  const work = await openAll(paths.slice(0, -1), out, host);
  const reading = work.map(({ image }) => layerReading(image, options.maxUnpacked));
  const blobs = await openBlobs(out);
  const shifter = await openShifter(options, blobs, terminal);
  try {
    const answers = await withProgress(sumOf(reading.map((one) => one.reading)), terminal, () =>
      inParallel([...work.entries()], work.length, async ([index, one]) => {
        const { maxUnpackedBytes, onRead } = reading[index]?.options ?? {};
        return shiftOne(one, maps, blobs, host, {
          atOnce: shifter.atOnce,
          async shift(layer) {
            const outcome = await shifter.shift(jobOf(layer, rules, blobs, maxUnpackedBytes, host));
            onRead?.(layer.sizeBytes);
            return outcome;
          },
        });
      }),
    );
    if (options.json) await answerJson(terminal, allAnswer(out, answers));
    else for (const one of answers) say(one, terminal);
    return worst(answers);
  } finally {
    await shifter.close();
  }
}

/** What became of an image, or what is wrong with it. */
type One = ImageShiftAnswer | { readonly in: string; readonly out: string; readonly error: UsernsError };

/** @throws UsernsError ERR_USAGE where two of them would have one name, and as {@link readImage} does */
async function openAll(froms: readonly string[], out: string, host: ImageHost): Promise<readonly Work[]> {
  const taken = new Map<string, string>();
  const work: Work[] = [];
  for (const from of froms) {
    const name = basename(resolve(from));
    const other = taken.get(name);
    if (other !== undefined)
      throw usageFault("<image>", "images of different names, for their outputs have them too", `${other} and ${from}`);
    taken.set(name, from);
    const { kind, files } = await openImage(from);
    work.push({ from, to: join(out, name), kind, image: await readImage(files, host) });
  }
  return work;
}

async function openBlobs(out: string): Promise<BlobFolder> {
  try {
    await makeFolder(out);
  } catch (error) {
    throw fileFault(error, out, WRITABLE);
  }
  return BlobFolder.open(join(resolve(out), LAYERS), out);
}

async function openShifter(options: Options, blobs: BlobFolder, terminal: Terminal): Promise<JobShifter> {
  if (options.queue === undefined) {
    if (options.silence !== undefined) throw usageFault("--silence", "--queue beside it", "none");
    const pool = new LayerPool(readThreads(options.threads));
    return { atOnce: pool.size, shift: (job) => pool.shift(job), close: () => pool.close() };
  }
  if (options.threads !== undefined) throw usageFault("--threads", "a count of this machine", "--queue beside it");
  const silenceMs = readDuration(options.silence ?? SILENCE.text, "--silence");
  if (silenceMs < SILENCE.leastMs) throw usageFault("--silence", "2s or more", options.silence ?? "");
  const queue: JobQueue = await openQueue(options.queue);
  const layers = new QueuedLayers(queue, blobs, silenceMs);
  if (terminal.isWatched) talk(terminal, `waiting for workers: userns worker --queue ${queue.name}`);
  return { atOnce: Number.POSITIVE_INFINITY, shift: (job) => layers.shift(job), close: () => queue.close() };
}

function sumOf(readings: readonly Reading[]): Reading {
  return {
    sizeBytes: readings.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
    bytesRead: () => readings.reduce((sum, one) => sum + one.bytesRead(), 0),
  };
}

/** One image's faults are its own: the others go on. */
async function shiftOne(
  { from, to, kind, image }: Work,
  maps: Parameters<typeof imageShiftAnswer>[4],
  blobs: BlobFolder,
  host: ImageHost,
  shifter: Parameters<typeof shiftImage>[1],
): Promise<One> {
  try {
    const shift = await shiftImage(image, shifter, blobs, host);
    if (shift.isShifted) await placeOnce(to, kind, shift.files, blobs);
    return imageShiftAnswer(from, to, image, shift, maps);
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    return { in: from, out: to, error };
  }
}

/** A run before may have come so far. */
async function placeOnce(
  to: string,
  kind: "folder" | "tar",
  files: Parameters<ImageStage["place"]>[0],
  blobs: BlobFolder,
): Promise<void> {
  if (kind === "folder" && (await ImageStage.holds(to, files))) return;
  const stage = await ImageStage.open(to, kind, blobs);
  await stage.place(files, kind);
}

function allAnswer(out: string, answers: readonly One[]): ImageShiftAllAnswer {
  const images = answers.map((one) => ("error" in one ? { in: one.in, out: one.out, ...jsonFault(one.error) } : one));
  return { out, images };
}

function say(one: One, terminal: Terminal): void {
  if ("error" in one) reportFault(one.error, terminal, false);
  else if (!one.shifted) sayRefused(one, terminal);
  else {
    const same = one.layers.filter(({ isSame }) => isSame).length;
    const kept = same > 0 ? `, ${same} kept as they are` : "";
    talk(terminal, `${withoutControls(one.out)}: ${countOf(one.layers.length, "layer", "layers")}${kept}`);
    sayArtifacts(one, terminal);
  }
}

function worst(answers: readonly One[]): Exit {
  if (answers.some((one) => "error" in one)) return EXIT.bad;
  return answers.every((one) => "shifted" in one && one.shifted) ? EXIT.yes : EXIT.no;
}
