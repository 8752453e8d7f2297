import type { Digest } from "./digest.ts";
import type { ImageFile } from "./host.ts";

/** A layer as it lies in the image, packed or not. */
export interface Layer {
  /** Of its bytes as they lie there; null in an archive that does not name them by it. */
  readonly blob: Digest | null;
  /** Of its tar. */
  readonly diffId: Digest;
  /** Where it is, for people: `app.oci: linux/amd64, layer 2`. */
  readonly where: string;
  readonly sizeBytes: number;
  readonly file: ImageFile;
}

/** What runs on one platform. */
export interface PlatformImage {
  /** `linux/amd64`, or the name that it has in an archive. */
  readonly name: string;
  readonly layers: readonly Layer[];
}

/** A blob that is kept as it is. */
export interface KeptBlob {
  readonly digest: Digest;
  readonly file: ImageFile;
  readonly where: string;
}

/** What a layer became. */
export interface NewLayer {
  readonly blob: Digest;
  readonly diffId: Digest;
  readonly sizeBytes: number;
}

/** A file of the image that is written: a text, or a blob by its digest. */
export interface OutputFile {
  readonly path: string;
  readonly content: { readonly text: string } | { readonly blob: Digest };
}

/** An image that was read: its layers, and how to write its documents anew. */
export interface Image {
  readonly name: string;
  readonly form: "oci" | "docker-archive";
  readonly images: readonly PlatformImage[];
  /** Blobs and manifests that are no layers, and stay: what signatures and attestations are made of. */
  readonly kept: readonly KeptBlob[];
  /** Manifests that say something of an image by its digest, which stay as they are. */
  readonly artifacts: number;
  /** The files of the image with other layers. What a layer that stays becomes is itself. */
  rewritten(newLayer: (layer: Layer) => NewLayer): OutputFile[];
}
