/** Looks at a layer, or shifts it, apart from the page: one request, then its answer. */
import { init, UsernsError } from "../../core/index.ts";
import { scanTar, shiftTar, type Unmapped, UnmappedError } from "../../shift/index.ts";
import { collect, openFile } from "./file-tar.ts";
import { type LayerState, mapsOf } from "./layer-state.ts";
import type { LayerMessage, LayerRequest } from "./messages.ts";

/** Milliseconds between two reports of progress. */
const REPORT_MS = 100;

addEventListener("message", ({ data }: MessageEvent<LayerRequest>) => {
  void answer(data);
});

async function answer({ file, shift }: LayerRequest): Promise<void> {
  try {
    tell(shift === null ? await scan(file) : await shifted(file, shift));
  } catch (error) {
    if (error instanceof UnmappedError) {
      tell({ type: "refused", unmapped: error.unmapped, unlisted: error.unlisted });
    } else if (error instanceof UsernsError) {
      const { where, expected, got, fix } = error;
      tell({ type: "fault", fault: { where, expected, got, ...(fix === undefined ? {} : { fix }) } });
    } else throw error;
  }
}

async function scan(file: File): Promise<LayerMessage> {
  const { compression, tar } = await openFile(file, progress());
  return { type: "scanned", compression, owners: await scanTar(tar, { name: file.name, endMarker: "optional" }) };
}

async function shifted(file: File, state: LayerState): Promise<LayerMessage> {
  const maps = mapsOf(state);
  const engine = await init();
  const { compression, tar } = await openFile(file, progress());
  const { names, capabilities } = state;
  const result = shiftTar(tar, { ...maps, unmapped: unmappedOf(state), names, capabilities, engine, name: file.name });
  const blob = await collect(result, compression);
  return { type: "shifted", compression, blob, report: result.report, engine: engine.name };
}

function unmappedOf({ unmapped, squashUid, squashGid }: LayerState): Unmapped {
  return unmapped === "squash" ? { mode: unmapped, uid: squashUid, gid: squashGid } : { mode: unmapped };
}

function progress(): (bytesRead: number) => void {
  let last = performance.now();
  return (bytesRead) => {
    const now = performance.now();
    if (now - last < REPORT_MS) return;
    last = now;
    tell({ type: "progress", bytesRead });
  };
}

function tell(message: LayerMessage): void {
  postMessage(message);
}
