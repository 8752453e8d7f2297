import type { Compression } from "../shift/index.ts";
import { written } from "./descriptor.ts";
import { blobPath } from "./digest.ts";
import type { ImageHost } from "./host.ts";
import type { NewLayer, OutputFile } from "./image.ts";
import { LAYOUT, LAYOUT_VERSION } from "./layout-files.ts";

/** What one layer makes an image of. */
export interface LayerToWrap extends NewLayer {
  readonly packing: Compression;
  /** In Go's words, as in `amd64`. */
  readonly architecture: string;
  /** The name that the image gets in its layout. */
  readonly name: string;
}

const SUFFIX = { none: "", gzip: "+gzip", zstd: "+zstd" } as const satisfies Record<Compression, string>;
const TYPE = "application/vnd.oci.image";

/**
 * The files of a layout whose one image has one layer; the layer's blob among them.
 *
 * @source OCI image specification, "Image Layout", "Image Manifest" and "Image Configuration"
 */
export function imageOfLayer(layer: LayerToWrap, host: ImageHost): OutputFile[] {
  const files: OutputFile[] = [{ path: blobPath(layer.blob), content: { blob: layer.blob } }];
  const add = (mediaType: string, value: object): { mediaType: string; digest: string; size: number } => {
    const { text, digest, sizeBytes } = written(JSON.stringify(value), host);
    files.push({ path: blobPath(digest), content: { text } });
    return { mediaType, digest: digest.text, size: sizeBytes };
  };
  const { blob, diffId, sizeBytes, architecture, packing, name } = layer;
  const rootfs = { type: "layers", diff_ids: [diffId.text] };
  const config = add(`${TYPE}.config.v1+json`, { architecture, os: "linux", rootfs });
  const layers = [{ mediaType: `${TYPE}.layer.v1.tar${SUFFIX[packing]}`, digest: blob.text, size: sizeBytes }];
  const mediaType = `${TYPE}.manifest.v1+json`;
  const manifest = add(mediaType, { schemaVersion: 2, mediaType, config, layers });
  const named = { ...manifest, annotations: { "org.opencontainers.image.ref.name": name } };
  const text = (value: object) => ({ text: JSON.stringify(value) });
  return [
    { path: LAYOUT.mark, content: text({ imageLayoutVersion: LAYOUT_VERSION }) },
    { path: LAYOUT.index, content: text({ schemaVersion: 2, manifests: [named] }) },
    ...files,
  ];
}
