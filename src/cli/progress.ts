import { SingleBar } from "cli-progress";
import type { LayerInput } from "./layer-input.ts";
import type { Terminal } from "./terminal.ts";

const MEGABYTE = 1e6;
const REFRESH_MS = 100;

/** What is being read: how much of it there is, and how much of that was read. */
export type Reading = Pick<LayerInput, "sizeBytes" | "bytesRead">;

/** Show how far something has been read while `work` goes on, if a person watches; nothing in a pipe. */
export async function withProgress<T>(input: Reading, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  if (!terminal.isWatched) return work();
  const { sizeBytes } = input;
  const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;
  const bar = new SingleBar({
    stream: terminal.stderr,
    format: sizeBytes === null ? "{read} read" : "{bar} {percentage}% of {size}, {eta_formatted} left",
    barsize: 30,
    clearOnComplete: true,
    // A signal is handled where half-written files are; a bar must not keep it from ending the process.
    gracefulExit: false,
    // Turning a terminal's line wrap off would outlive a process that a signal ends.
    linewrap: true,
  });
  bar.start(sizeBytes ?? 0, 0, { size: megabytes(sizeBytes ?? 0), read: megabytes(0) });
  const timer = setInterval(() => {
    const read = input.bytesRead();
    bar.update(read, { read: megabytes(read) });
  }, REFRESH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    bar.stop();
  }
}
