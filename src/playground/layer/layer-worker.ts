/** Looks at a layer or an image, or shifts it, apart from the page: one request, then its answer. */
import { type Fault, init, UsernsError } from "../../core/index.ts";
import {
  type Image,
  type ImageHost,
  imageOwners,
  type LayerPlace,
  layerName,
  layerShifter,
  shiftImage,
} from "../../image/index.ts";
import { scanTar, shiftTar, type Unmapped, UnmappedError } from "../../shift/index.ts";
import { collect, piecesOf } from "./byte-streams.ts";
import { distinctIds } from "./distinct-ids.ts";
import { ImageBlobs } from "./image-blobs.ts";
import { imageIn } from "./image-file.ts";
import { type LayerState, mapsOf } from "./layer-state.ts";
import type { LayerMessage, LayerRequest } from "./messages.ts";
import { pageHost } from "./page-host.ts";

/** Milliseconds between two reports of progress. */
const REPORT_MS = 100;

addEventListener("message", ({ data }: MessageEvent<LayerRequest>) => {
  void answer(data);
});

async function answer({ file, shift }: LayerRequest): Promise<void> {
  try {
    const host = pageHost(await init());
    const image = await imageIn(file, host);
    if (shift === null) tell(image ? await scanImage(image, host) : await scanLayer(file, host));
    else tell(image ? await shiftedImage(image, shift, host) : await shiftedLayer(file, shift, host));
  } catch (error) {
    if (error instanceof UnmappedError) tell({ type: "refused", ids: error.unmapped.length });
    else if (error instanceof UsernsError) {
      const { where, expected, got, fix } = error;
      tell({ type: "fault", fault: { where, expected, got, ...(fix === undefined ? {} : { fix }) } });
    } else if (error instanceof DOMException) tell({ type: "fault", fault: unreadable(file, error) });
    else throw error;
  }
}

/** What a browser throws while it reads a file that is no longer what was chosen. */
function unreadable({ name }: File, { message }: DOMException): Fault {
  return { where: name, expected: "a file that can be read", got: message, fix: "choose it again" };
}

async function scanLayer(file: File, host: ImageHost): Promise<LayerMessage> {
  const { tar } = await host.unpack(bytesOf(file), file.name);
  return {
    type: "scanned",
    layers: [{ title: "", owners: await scanTar(tar, { name: file.name, endMarker: "optional" }) }],
  };
}

async function scanImage(image: Image, host: ImageHost): Promise<LayerMessage> {
  const layers = await imageOwners(image, { onRead: progress() }, host);
  return { type: "scanned", layers: layers.map((owners) => ({ title: titleOf(owners), owners })) };
}

async function shiftedLayer(file: File, state: LayerState, host: ImageHost): Promise<LayerMessage> {
  const { engine } = host;
  const { packing, tar } = await host.unpack(bytesOf(file), file.name);
  const result = shiftTar(tar, { ...rulesOf(state), engine, name: file.name });
  const blob = await collect(host.pack(result, packing, file.name));
  const layers = [{ title: "", isSame: false, report: result.report }];
  return { type: "shifted", blob, layers, artifacts: 0, engine: engine.name };
}

async function shiftedImage(image: Image, state: LayerState, host: ImageHost): Promise<LayerMessage> {
  const blobs = new ImageBlobs(host);
  const shift = await shiftImage(image, layerShifter(rulesOf(state), { onRead: progress() }, blobs, host), blobs, host);
  if (!shift.isShifted)
    return { type: "refused", ids: distinctIds(shift.refused.map(({ unmapped }) => unmapped)).length };
  const layers = shift.layers.flatMap(({ report, isSame, ...place }) =>
    report ? [{ title: titleOf(place), isSame, report }] : [],
  );
  const { artifacts } = image;
  return { type: "shifted", blob: blobs.tarOf(shift.files), layers, artifacts, engine: host.engine.name };
}

/** `layer 2 sha256:9c1f00d7ac01 of linux/amd64, linux/arm64` */
function titleOf(place: LayerPlace): string {
  return `${layerName(place)} of ${place.images.map(({ name }) => name).join(", ")}`;
}

function rulesOf(state: LayerState) {
  const { names, capabilities } = state;
  return { ...mapsOf(state), unmapped: unmappedOf(state), names, capabilities };
}

function unmappedOf({ unmapped, squashUid, squashGid }: LayerState): Unmapped {
  return unmapped === "squash" ? { mode: unmapped, uid: squashUid, gid: squashGid } : { mode: unmapped };
}

/** A file's bytes; what was read of it is reported. */
async function* bytesOf(file: File): AsyncGenerator<Uint8Array> {
  const onRead = progress();
  for await (const piece of piecesOf(file.stream())) {
    onRead(piece.length);
    yield piece;
  }
}

/** @returns to be told how many bytes were read since it was last told */
function progress(): (bytes: number) => void {
  let last = performance.now();
  let bytesRead = 0;
  return (bytes) => {
    bytesRead += bytes;
    const now = performance.now();
    if (now - last < REPORT_MS) return;
    last = now;
    tell({ type: "progress", bytesRead });
  };
}

function tell(message: LayerMessage): void {
  postMessage(message);
}
