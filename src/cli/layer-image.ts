import { createReadStream } from "node:fs";
import { imageOfLayer, readDigest, readImage } from "../image/index.ts";
import { imageHost } from "./image-host.ts";
import { openImage } from "./image-input.ts";
import { ImageStage } from "./image-stage.ts";
import { openLayer, type Unpacked } from "./layer-input.ts";
import { tarDigest } from "./same-tar.ts";
import type { Terminal } from "./terminal.ts";

/** Go's words for the processors that Node has others for. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", ppc64: "ppc64le" };

/** What this machine is called in an image's configuration. */
export function hostArchitecture(): string {
  return ARCHITECTURES[process.arch] ?? process.arch;
}

/**
 * Write an image of one layer: an OCI layout in a tar.
 *
 * @param layer  the layer, plain or packed; it becomes a blob as it is
 * @throws UsernsError ERR_FILE, ERR_COMPRESSION
 */
export async function writeLayerImage(layer: string, out: string, terminal: Terminal): Promise<void> {
  const input = await openLayer(layer, terminal);
  const diffId = readDigest(`sha256:${await tarDigest(input)}`, layer);
  const stage = await ImageStage.open(out, "tar");
  const { digest: blob, sizeBytes } = await stage.blobs.put(createReadStream(layer), "sha256");
  const architecture = hostArchitecture();
  const wrapped = { blob, diffId, sizeBytes, packing: input.compression, architecture, name: "tour" };
  await stage.place(imageOfLayer(wrapped, imageHost()), "tar");
}

/** The tar of an image's first layer, unpacked. */
export async function openLayerImage(path: string): Promise<Pick<Unpacked, "tar">> {
  const host = imageHost();
  const { files } = await openImage(path);
  const image = await readImage(files, host);
  const layer = image.images[0]?.layers[0];
  if (!layer) throw new Error(`${path} was written without a layer`);
  return host.unpack(layer.file.bytes(), layer.where);
}
