import { SingleBar } from "cli-progress";
import type { LayerInput } from "./layer-input.ts";
import type { Terminal } from "./terminal.ts";

const MEGABYTE = 1e6;
const REFRESH_MS = 100;

/** Show how far a layer has been read while `work` goes on, if a person watches; nothing in a pipe. */
export async function withProgress<T>(input: LayerInput, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  if (!terminal.isWatched) return work();
  const { sizeBytes } = input;
  const megabytes = (bytes: number): number => Math.round(bytes / MEGABYTE);
  const bar = new SingleBar({
    stream: terminal.stderr,
    format: sizeBytes === null ? "{value} MB read" : "{bar} {percentage}% of {total} MB, {eta_formatted} left",
    barsize: 30,
    clearOnComplete: true,
    // A signal is handled where half-written files are; a bar must not keep it from ending the process.
    gracefulExit: false,
  });
  bar.start(megabytes(sizeBytes ?? 0), 0);
  const timer = setInterval(() => bar.update(megabytes(input.bytesRead())), REFRESH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    bar.stop();
  }
}
