import { type BlobStore, type Digest, hashed, type ImageHost, type OutputFile, readDigest } from "../../image/index.ts";
import { bodyPadding, fileHeader, tarEnd } from "../../shift/index.ts";
import { collect } from "./byte-streams.ts";

/** Blobs of an image that is being made: kept by the browser, on its disk when they are large, as long as the page is there. */
export class ImageBlobs implements BlobStore {
  readonly #host: ImageHost;
  readonly #blobs = new Map<string, Blob>();

  constructor(host: ImageHost) {
    this.#host = host;
  }

  async put(bytes: AsyncIterable<Uint8Array>, algorithm: Digest["algorithm"], isWanted: () => boolean = () => true) {
    const hash = this.#host.hash(algorithm);
    const blob = await collect(hashed(bytes, hash));
    const digest = readDigest(`${algorithm}:${hash.hex()}`, "a blob of the new image");
    if (isWanted()) this.#blobs.set(digest.text, blob);
    return { digest, sizeBytes: blob.size };
  }

  /** No run before this one left anything. */
  finished() {
    return Promise.resolve(null);
  }

  finish() {
    return Promise.resolve();
  }

  /** The image in a tar. */
  tarOf(files: readonly OutputFile[]): Blob {
    const parts = files.flatMap(({ path, content }) => {
      const body = "text" in content ? new Blob([content.text]) : this.#blob(content.blob.text);
      return [new Uint8Array(fileHeader(path, body.size)), body, new Uint8Array(bodyPadding(body.size))];
    });
    return new Blob([...parts, new Uint8Array(tarEnd())]);
  }

  #blob(digest: string): Blob {
    const blob = this.#blobs.get(digest);
    if (!blob) throw new Error(`blob ${digest} was not made`);
    return blob;
  }
}
