import { SingleBar } from "cli-progress";
import type { LayerInput } from "./layer-input.ts";
import type { Terminal } from "./terminal.ts";

const MEGABYTE = 1e6;
const REFRESH_MS = 100;

/** What is being read: how much of it there is, and how much of that was read. */
export type Reading = Pick<LayerInput, "sizeBytes" | "bytesRead">;

/** Show how far something has been read while `work` goes on, if a person watches; nothing in a pipe. */
export function withProgress<T>(input: Reading, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  const { sizeBytes } = input;
  const format = sizeBytes === null ? "{done} read" : "{bar} {percentage}% of {all}, {eta_formatted} left";
  const show = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;
  return withBar({ format, all: sizeBytes, done: () => input.bytesRead(), show }, terminal, work);
}

/** Show how many there are by now of what `work` finds, if a person watches; nothing in a pipe. */
export function withCount<T>(
  count: () => number,
  what: string,
  terminal: Terminal,
  work: () => Promise<T>,
): Promise<T> {
  const show = (found: number): string => found.toLocaleString("en");
  return withBar({ format: `{done} ${what}`, all: null, done: count, show }, terminal, work);
}

interface Shown {
  /** `{done}` and `{all}` in it are shown as `show` has them. */
  readonly format: string;
  /** Null: nobody knows. */
  readonly all: number | null;
  readonly done: () => number;
  readonly show: (number: number) => string;
}

async function withBar<T>({ format, all, done, show }: Shown, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  if (!terminal.isWatched) return work();
  const bar = new SingleBar({
    stream: terminal.stderr,
    format,
    barsize: 30,
    clearOnComplete: true,
    // A signal is handled where half-written files are; a bar must not keep it from ending the process.
    gracefulExit: false,
    // Turning a terminal's line wrap off would outlive a process that a signal ends.
    linewrap: true,
  });
  bar.start(all ?? 0, 0, { all: show(all ?? 0), done: show(0) });
  const timer = setInterval(() => {
    const now = done();
    bar.update(now, { done: show(now) });
  }, REFRESH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    bar.stop();
  }
}
