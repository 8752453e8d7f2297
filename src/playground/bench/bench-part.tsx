import { useEffect, useRef, useState } from "preact/hooks";
import { BenchChart } from "./bench-chart.tsx";
import type { BenchMessage, BenchRow } from "./messages.ts";

/** Wasm against its twin in this browser, on this machine. */
export function BenchPart() {
  const worker = useRef<Worker | null>(null);
  const [rows, setRows] = useState<readonly BenchRow[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [why, setWhy] = useState<string | null>(null);
  const stop = () => {
    worker.current?.terminate();
    worker.current = null;
    setRunning(false);
  };
  useEffect(() => stop, []);
  const start = () => {
    stop();
    setRows([]);
    setWhy(null);
    setRunning(true);
    const started = new Worker(new URL("./bench-worker.ts", import.meta.url), { type: "module" });
    worker.current = started;
    started.addEventListener("message", ({ data }: MessageEvent<BenchMessage>) => {
      if (data.type === "row") setRows((before) => [...before, data.row]);
      else if (data.type === "none") setWhy(data.why);
      else stop();
    });
    started.postMessage("start");
  };
  return (
    <>
      <p class="row">
        <button type="button" class="is-main" disabled={isRunning} onClick={start}>
          {rows.length > 0 ? "Measure again" : "Measure"}
        </button>
        <span aria-live="polite">{isRunning ? "measuring" : rows.length > 0 ? "done" : ""}</span>
      </p>
      {why === null ? null : <p class="is-no-text">There is no Wasm to measure: {why}</p>}
      {rows.length > 0 ? <BenchChart rows={rows} /> : null}
      <p class="dim">
        A million ids through one map, from the engine’s memory to it; the two take turns for nine rounds, and the
        median is shown. Their answers are compared first. Bars are on a logarithmic scale. For one id at a time Wasm
        saves nothing.
      </p>
    </>
  );
}
