import { useEffect, useRef, useState } from "preact/hooks";
import type { LayerMessage, LayerRequest } from "./messages.ts";

/** A worker's work: what it told last, and whether it goes on. */
export interface LayerJob {
  readonly message: LayerMessage | null;
  readonly isRunning: boolean;
  readonly start: (request: LayerRequest) => void;
  /** What it told stays. */
  readonly stop: () => void;
  readonly clear: () => void;
}

/** One worker at a time, for one request; a new request or the end of the part ends it. */
export function useLayerJob(): LayerJob {
  const worker = useRef<Worker | null>(null);
  const [message, setMessage] = useState<LayerMessage | null>(null);
  const [isRunning, setRunning] = useState(false);
  const stop = () => {
    worker.current?.terminate();
    worker.current = null;
    setRunning(false);
  };
  const clear = () => {
    stop();
    setMessage(null);
  };
  const start = (request: LayerRequest) => {
    clear();
    setRunning(true);
    const started = new Worker(new URL("./layer-worker.ts", import.meta.url), { type: "module" });
    worker.current = started;
    started.addEventListener("message", ({ data }: MessageEvent<LayerMessage>) => {
      setMessage(data);
      if (data.type !== "progress") stop();
    });
    started.postMessage(request);
  };
  useEffect(() => stop, []);
  return { message, isRunning, start, stop, clear };
}
